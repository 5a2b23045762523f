import { JambusError } from '@jambus/schema';
import { missingRight, type Needs } from './rights.ts';

/** What a broker says that nothing but another setting, other rights or another message can help against. */
const REFUSALS: ReadonlySet<string> = new Set([
  'CLUSTER_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'INCONSISTENT_GROUP_PROTOCOL',
  'INVALID_CONFIG',
  'INVALID_GROUP_ID',
  'INVALID_PARTITIONS',
  'INVALID_RECORD',
  'INVALID_REPLICATION_FACTOR',
  'INVALID_REQUEST',
  'INVALID_REQUIRED_ACKS',
  'INVALID_SESSION_TIMEOUT',
  'INVALID_TIMESTAMP',
  'INVALID_TOPIC_EXCEPTION',
  'MESSAGE_TOO_LARGE',
  'POLICY_VIOLATION',
  'RECORD_LIST_TOO_LARGE',
  'SASL_AUTHENTICATION_FAILED',
  'SECURITY_DISABLED',
  'TOPIC_AUTHORIZATION_FAILED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  'UNSUPPORTED_FOR_MESSAGE_FORMAT',
  'UNSUPPORTED_SASL_MECHANISM',
  'UNSUPPORTED_VERSION',
]);

/** What the client says by itself that another attempt will not change. */
const REFUSING_NAMES: ReadonlySet<string> = new Set([
  'KafkaJSSASLAuthenticationError',
  'KafkaJSServerDoesNotSupportApiKey',
  'KafkaJSNotImplemented',
]);

/** Codes of Node's TLS and of OpenSSL: certificates and protocols that will not be any better for waiting. */
const BAD_TLS = /^(?:ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|EPROTO$)/;

/** What a member of a group is told when the group has moved on without it. */
const MOVED_ON: ReadonlySet<string> = new Set([
  'ILLEGAL_GENERATION',
  'NOT_COORDINATOR_FOR_GROUP',
  'REBALANCE_IN_PROGRESS',
  'UNKNOWN_MEMBER_ID',
]);

/**
 * Any error of the client as one of ours: the only place that knows what its names mean.
 *
 * What nobody knows counts as passing: in an outage the client trips over its own state (a TypeError), and what we hand to
 * it has been checked.
 *
 * @param doing what was tried, for people: `publishing`
 * @param needs the rights that it takes, as a broker that refuses it does not say which one is missing
 */
export function fromKafka(error: unknown, doing: string, needs: Needs = {}): JambusError {
  const root = rootOf(error);
  if (root instanceof JambusError) return root;
  const text = root instanceof Error ? root.message : String(root);
  const right = missingRight(stringIn(root, 'type'), needs);
  const message = `${doing}: ${text}${right === undefined ? '' : `; ${right}`}`;
  return new JambusError(isRefusal(root) ? 'bus_refused' : 'bus_unavailable', message, { cause: error });
}

/**
 * The client keeps to itself why it has not found the coordinator of a group.
 *
 * @param refusal what a broker answered last that was an error
 */
export function explained(error: JambusError, refusal: string | undefined, needs: Needs = {}): JambusError {
  const root = rootOf(error.cause);
  if (!(root instanceof Error) || root.name !== 'KafkaJSGroupCoordinatorNotFound' || refusal === undefined)
    return error;
  const isRefused = /not authorized/i.test(refusal);
  const right = isRefused ? missingRight('GROUP_AUTHORIZATION_FAILED', needs) : undefined;
  const message = `${error.message} (${refusal})${right === undefined ? '' : `; ${right}`}`;
  return new JambusError(isRefused ? 'bus_refused' : error.code, message, { cause: error.cause });
}

/** The broker's name of the error, such as `UNKNOWN_TOPIC_OR_PARTITION`; undefined when a broker did not say it. */
export function typeOf(error: unknown): string | undefined {
  return stringIn(rootOf(error instanceof JambusError ? error.cause : error), 'type');
}

/** Whether a commit came too late: somebody else may have the partition by now, and it is theirs to commit. */
export function hasMovedOn(error: unknown): boolean {
  return MOVED_ON.has(typeOf(error) ?? '');
}

function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    REFUSALS.has(stringIn(error, 'type') ?? '') ||
    REFUSING_NAMES.has(error.name) ||
    BAD_TLS.test(stringIn(error, 'code') ?? '')
  );
}

/** What went wrong first: the client wraps it each time it gives up. */
function rootOf(error: unknown): unknown {
  let root = error;
  while (isAggregate(root) || hasCause(root)) root = isAggregate(root) ? root.errors[0] : root.cause;
  return root;
}

function hasCause(error: unknown): error is Error & { readonly cause: Error } {
  return error instanceof Error && !(error instanceof JambusError) && error.cause instanceof Error;
}

function isAggregate(error: unknown): error is Error & { readonly errors: readonly [Error, ...Error[]] } {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors) && error.errors[0] instanceof Error;
}

function stringIn(error: unknown, name: 'type' | 'code'): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : undefined;
}
