import { isNativeError } from 'node:util/types';
import { JambusError } from '@jambus/schema';
import { ErrorCode, NatsError } from 'nats';

/** What JetStream says about a request it did not do. */
export interface ApiError {
  readonly code: number;
  readonly err_code: number;
  readonly description: string;
}

/** JetStream error codes, from `server/errors.json` of nats-server. */
const STREAM_NOT_FOUND = 10_059;
const CONSUMER_NOT_FOUND = 10_014;
const MESSAGE_NOT_FOUND = 10_037;
const STREAM_NAME_IN_USE = 10_058;
/**
 * A leader that has proposed a message without a quorum answers its repetition so, with a 409: whether the message is stored
 * is not decided. It may be until the leader steps down.
 */
const DUPLICATE_IN_PROCESS = 10_158;
/** A stream with so many copies cannot be made while a server of the cluster is away. */
const NO_PEERS = 10_005;
/** What an operator has set so, and can set back: nothing is wrong with the message or the request. */
const ACCOUNT_FULL = 10_002;
const TOO_MANY_CONSUMERS = 10_026;
const SEALED = 10_109;
/** A consumer of subjects that its stream takes no more (servers before 2.10). */
const FILTER_OUTSIDE_STREAM = 10_093;
/**
 * What passes, whatever the class of its code: by itself, or when the operator who is told has mended it. A missing stream
 * does, since the driver makes it anew.
 */
const PASSING: ReadonlySet<number> = new Set([
  STREAM_NOT_FOUND,
  DUPLICATE_IN_PROCESS,
  NO_PEERS,
  ACCOUNT_FULL,
  TOO_MANY_CONSUMERS,
  SEALED,
  FILTER_OUTSIDE_STREAM,
]);
const WRONG_LAST_SEQUENCE: ReadonlySet<number> = new Set([10_070, 10_071, 10_164]);
/** The account or the server has no room for a stream of this size, which setting another size helps against. */
const NO_ROOM_FOR_STREAM: ReadonlySet<number> = new Set([10_002, 10_023, 10_028, 10_047]);
/** A message larger than the stream takes, or headers larger than the server does. */
const TOO_LARGE: ReadonlySet<number> = new Set([10_054, 10_097]);

/** The stream could not store a message; why stands in the description only, in the words of `server/store.go`. */
const NOT_STORED = 10_077;
const FULL = /^maximum (?:bytes|messages|messages per subject) exceeded$/;

/** What a connection says that nothing but another setting or another message can help against. */
const REFUSALS: ReadonlySet<string> = new Set<string>([
  ErrorCode.AuthorizationViolation,
  ErrorCode.BadAuthentication,
  ErrorCode.BadCreds,
  ErrorCode.BadHeader,
  ErrorCode.BadPayload,
  ErrorCode.BadSubject,
  ErrorCode.InvalidOption,
  ErrorCode.MaxPayloadExceeded,
  ErrorCode.PermissionsViolation,
  ErrorCode.ServerOptionNotAvailable,
  ErrorCode.Tls,
]);

/** Codes of Node's TLS and of OpenSSL: a certificate that will not be any better for waiting. */
const BAD_CERTIFICATE = /^(?:ERR_TLS_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_)/;

const CLOSED: ReadonlySet<string> = new Set<string>([
  ErrorCode.ConnectionClosed,
  ErrorCode.ConnectionDraining,
  ErrorCode.SubClosed,
  ErrorCode.SubDraining,
]);

/** What it means that a request for JetStream has no responders. */
export const NOBODY_ANSWERS =
  'nobody answers: JetStream has no leader, which takes a majority of the servers of a cluster, or is not enabled';

/**
 * Any error of the nats client as one of ours: the only place that knows what its codes mean.
 *
 * @param doing what was tried, for people: `publishing an event`
 */
export function fromNats(error: unknown, doing: string): JambusError {
  if (error instanceof JambusError) return error;
  const api = apiErrorOf(error);
  if (api !== undefined) return fromApiError(api, doing, error);
  const text = isNativeError(error) ? error.message : String(error);
  const message = `${doing}: ${text}`;
  const code = codeOf(error);
  if (code === undefined) {
    // The client passes on "undefined" when a connection closes before it is one.
    return new JambusError(error === undefined ? 'bus_unavailable' : 'internal', message, { cause: error });
  }
  if (REFUSALS.has(code) || BAD_CERTIFICATE.test(code))
    return new JambusError('bus_refused', message, { cause: error });
  if (CLOSED.has(code)) return new JambusError('stopped', message, { cause: error });
  if (code === ErrorCode.NoResponders) {
    return new JambusError('bus_unavailable', `${doing}: ${NOBODY_ANSWERS}`, { cause: error });
  }
  return new JambusError('bus_unavailable', message, { cause: error });
}

/** An error answer of JetStream as one of ours. */
export function fromApiError({ code, err_code: number, description }: ApiError, doing: string, cause?: unknown) {
  const passes = code >= 500 || code === 408 || code === 429 || PASSING.has(number);
  const kind = passes && !TOO_LARGE.has(number) ? 'bus_unavailable' : 'bus_refused';
  if (number === NOT_STORED && FULL.test(description)) {
    const why =
      `the stream is full (${description}): its readers, adapters if it is that of the commands, are not reading. Where ` +
      'nobody makes room by reading, raise the bound or edit the stream to have discard old';
    return new JambusError('bus_unavailable', `${doing}: ${why}`, { cause });
  }
  return new JambusError(kind, `${doing}: ${description} (JetStream error ${number})`, { cause });
}

/** Whether a compare-and-set met another revision than it expected. */
export function isWrongRevision(error: unknown): boolean {
  return WRONG_LAST_SEQUENCE.has(apiErrorOf(error)?.err_code ?? 0);
}

/** Whether the stream or bucket that was asked for does not exist. */
export function isStreamMissing(error: unknown): boolean {
  return apiErrorOf(error)?.err_code === STREAM_NOT_FOUND;
}

/** Whether the consumer that was asked for does not exist. */
export function isConsumerMissing(error: unknown): boolean {
  return apiErrorOf(error)?.err_code === CONSUMER_NOT_FOUND;
}

/** Whether the stream has no such message. */
export function isMessageMissing(error: unknown): boolean {
  return apiErrorOf(error)?.err_code === MESSAGE_NOT_FOUND;
}

/** Whether a stream could not be created because it asks for more than the account or the server has left. */
export function isTooMuch(error: unknown): boolean {
  return NO_ROOM_FOR_STREAM.has(apiErrorOf(error)?.err_code ?? 0);
}

/** Whether a stream could not be created because somebody else just did, with other settings. */
export function isStreamNameInUse(error: unknown): boolean {
  return apiErrorOf(error)?.err_code === STREAM_NAME_IN_USE;
}

function apiErrorOf(error: unknown): ApiError | undefined {
  if (!(error instanceof NatsError) || error.api_error === undefined) return undefined;
  const { code, err_code: number = 0, description } = error.api_error;
  return { code, err_code: number, description };
}

/** Not by `instanceof`: errors of Node's own modules may be of another realm than ours. */
function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
