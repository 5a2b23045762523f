import type { CommandRecord } from '@jambus/bus';
import {
  type CommandEnvelope,
  type CommandParser,
  describeFaults,
  isTraceparent,
  type ParsedAck,
  type ParsedCommand,
  readCommandEnvelope,
} from '@jambus/schema';
import type { LinkCommand } from '../link/gateway-link.ts';

/** A record that names its call. */
export type AddressedRecord = CommandRecord & { readonly callSid: string };

/** What a record turned out to be. */
export type Decoded =
  | { readonly ok: true; readonly command: LinkCommand; readonly payload: Uint8Array; readonly appearBy: number }
  | { readonly ok: false; readonly id: string; readonly code: 'invalid'; readonly detail: string };

export interface DecodeOptions {
  readonly parser: CommandParser;
  /** Life of a command without `expirytime`, in ms. */
  readonly commandTtlMs: number;
  /** How long a command waits for a call that no gateway has, in ms. */
  readonly unknownCallGraceMs: number;
}

const NO_VERBS = new Uint8Array(0);

export function hasCall(record: CommandRecord): record is AddressedRecord {
  return record.callSid !== undefined && record.callSid !== '';
}

/** The trace context that the publisher of a command gave it, if any. */
export function ownTrace({ attributes: { traceparent } }: CommandRecord): string | undefined {
  return isTraceparent(traceparent) ? traceparent : undefined;
}

/** Checks a record. @param overdue its life is over, and it waits behind another one of its call */
export function decodeCommand(record: AddressedRecord, overdue: boolean, options: DecodeOptions): Decoded {
  const envelope = readCommandEnvelope(record.attributes, record, options.commandTtlMs);
  if ('fault' in envelope) {
    return { ok: false, id: record.attributes['id'] || record.position, code: 'invalid', detail: envelope.fault };
  }
  const parsed = options.parser.parse(record.payload);
  if (!parsed.ok) return { ok: false, id: envelope.id, code: 'invalid', detail: describeFaults(parsed.faults) };
  const payload = parsed.kind === 'ack' ? (parsed.verbs ?? NO_VERBS) : parsed.payload;
  const appearBy = record.publishedAt + options.unknownCallGraceMs;
  return { ok: true, command: linkCommand(record, envelope, parsed, { overdue, appearBy }), payload, appearBy };
}

/** When the life of a record ends, ms since the epoch; what is wrong with it is told when it is handled. */
export function expiryOf(record: CommandRecord, commandTtlMs: number): number {
  const envelope = readCommandEnvelope(record.attributes, record, commandTtlMs);
  return 'fault' in envelope ? Number.POSITIVE_INFINITY : envelope.expiresAt;
}

function linkCommand(
  record: AddressedRecord,
  { id, expiresAt, ifverbid, ifsequence }: CommandEnvelope,
  parsed: ParsedCommand | ParsedAck,
  { overdue, appearBy }: { readonly overdue: boolean; readonly appearBy: number },
): LinkCommand {
  const { position, publishedAt, replyTo, maybeRepeated } = record;
  const traceparent = ownTrace(record);
  return {
    call: record.callSid,
    id,
    position,
    name: parsed.kind === 'ack' ? 'ack' : parsed.command,
    ...(parsed.kind === 'ack' ? { msgid: parsed.msgid } : {}),
    verbs: [...parsed.verbIds],
    ...hooksIn(parsed),
    ...warningIn(parsed),
    replaces: parsed.application === 'replaces',
    published: publishedAt,
    expires: expiresAt,
    ...(overdue ? { overdue } : {}),
    ...(maybeRepeated ? { appearBy } : {}),
    ...(ifverbid === undefined ? {} : { ifverbid }),
    ...(ifsequence === undefined ? {} : { ifsequence }),
    ...(replyTo === undefined ? {} : { replyTo }),
    ...(traceparent === undefined ? {} : { traceparent, resultTrace: resultTrace(record, traceparent) }),
  };
}

/** The gateway tells hooks apart by how verbs have named them. */
function hooksIn(parsed: ParsedCommand | ParsedAck): Pick<LinkCommand, 'hooks'> {
  const hooks = parsed.hooks();
  return hooks.length === 0 ? {} : { hooks: hooks.map(({ hook, kind }) => [hook, kind]) };
}

/** What is certain to be lost over there, for the result. */
function warningIn({ warnings }: ParsedCommand | ParsedAck): Pick<LinkCommand, 'warning'> {
  return warnings.length === 0 ? {} : { warning: warnings.map(({ message }) => message).join('; ') };
}

/** `tracestate` means something only beside the context it came with. */
function resultTrace({ attributes: { tracestate } }: CommandRecord, traceparent: string) {
  return tracestate === undefined ? { traceparent } : { traceparent, tracestate };
}
