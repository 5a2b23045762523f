import type { CommandRecord } from '@jambus/bus';
import {
  attributeHints,
  CALL_SID_FORM,
  type CommandEnvelope,
  type CommandParser,
  clipBytes,
  describeFaults,
  isCallSid,
  isId,
  isTraceparent,
  isTracestate,
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
  | { readonly ok: false; readonly id: string; readonly code: 'invalid' | 'unauthorized'; readonly detail: string };

export interface DecodeOptions {
  readonly parser: CommandParser;
  /** The commands, and `ack`, that publishers may send; undefined: all. */
  readonly allowCommands: readonly string[] | undefined;
  /** Life of a command without `expirytime`, in ms. */
  readonly commandTtlMs: number;
  /** How long a command waits for a call that no gateway has, in ms. */
  readonly unknownCallGraceMs: number;
}

const NO_VERBS = new Uint8Array(0);
/** It becomes part of a result, which every bus has to take. */
const LONGEST_WARNING_BYTES = 2_048;

/** Whether a record names a call that can have results and events: what no bus could carry is nobody's address. */
export function hasCall(record: CommandRecord): record is AddressedRecord {
  return record.callSid !== undefined && isCallSid(record.callSid);
}

/** What is wrong with the address of a record that has no call, for people. */
export function wrongAddress({ callSid }: CommandRecord): string {
  if (callSid === undefined || callSid === '') return 'the record names no call: it has neither key nor subject';
  const bytes = Buffer.byteLength(callSid);
  return `the record names no call: a call_sid has ${CALL_SID_FORM}, not ${JSON.stringify(callSid.slice(0, 100))} (${bytes} bytes)`;
}

/** The trace context that the publisher of a command gave it, if any. */
export function ownTrace({ attributes: { traceparent } }: CommandRecord): string | undefined {
  return isTraceparent(traceparent) ? traceparent : undefined;
}

/** What vendors have added to that context, if they have and it is not longer than it may be. */
export function ownTracestate({ attributes: { traceparent, tracestate } }: CommandRecord): string | undefined {
  return isTraceparent(traceparent) && isTracestate(tracestate) ? tracestate : undefined;
}

/** Checks a record. @param overdue its life is over, and it waits behind another one of its call */
export function decodeCommand(record: AddressedRecord, overdue: boolean, options: DecodeOptions): Decoded {
  const envelope = readCommandEnvelope(record.attributes, record, options.commandTtlMs);
  if ('fault' in envelope) {
    const { id } = record.attributes;
    // One that is too long would not fit into the result either.
    const known = id !== undefined && isId(id) ? id : record.position;
    return { ok: false, id: known, code: 'invalid', detail: envelope.fault };
  }
  const parsed = options.parser.parse(record.payload);
  if (!parsed.ok) return { ok: false, id: envelope.id, code: 'invalid', detail: describeFaults(parsed.faults) };
  const name = parsed.kind === 'ack' ? 'ack' : parsed.command;
  if (options.allowCommands?.includes(name) === false) {
    return { ok: false, id: envelope.id, code: 'unauthorized', detail: notAllowed(name, options.allowCommands) };
  }
  const payload = parsed.kind === 'ack' ? (parsed.verbs ?? NO_VERBS) : parsed.payload;
  const appearBy = record.publishedAt + options.unknownCallGraceMs;
  return { ok: true, command: linkCommand(record, envelope, parsed, { overdue, appearBy }), payload, appearBy };
}

function notAllowed(name: string, allowed: readonly string[]): string {
  const what = `publishers here may send ${allowed.join(', ')}, and not ${JSON.stringify(name)}`;
  return `${what}; whoever runs jambus can add it to JAMBUS_ALLOW_COMMANDS of the adapters`;
}

/** When the life of a record ends, ms since the epoch; what is wrong with it is told when it is handled. */
export function expiryOf(record: CommandRecord, commandTtlMs: number): number {
  const envelope = readCommandEnvelope(record.attributes, record, commandTtlMs);
  return 'fault' in envelope ? Number.POSITIVE_INFINITY : envelope.expiresAt;
}

function linkCommand(
  record: AddressedRecord,
  { id, expiresAt, ifverbid, ifsequence, terminalOnly }: CommandEnvelope,
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
    ...warningIn(parsed, record),
    replaces: parsed.application === 'replaces',
    ...(terminalOnly ? { terminalOnly } : {}),
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

/** What is certain to be lost over there, and what its publisher hardly meant, for the result. */
function warningIn(
  { warnings }: ParsedCommand | ParsedAck,
  { attributes }: CommandRecord,
): Pick<LinkCommand, 'warning'> {
  const hints = attributeHints(attributes);
  if (warnings.length === 0 && hints.length === 0) return {};
  const all = [...warnings.map(({ message }) => message), ...hints];
  return { warning: clipBytes(all.join('; '), LONGEST_WARNING_BYTES) };
}

/** `tracestate` means something only beside the context it came with. */
function resultTrace({ attributes: { tracestate } }: CommandRecord, traceparent: string) {
  return isTracestate(tracestate) ? { traceparent, tracestate } : { traceparent };
}
