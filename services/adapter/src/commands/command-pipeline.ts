import type { CommandHandler, CommandRecord, Outcome } from '@jambus/bus';
import {
  type Attributes,
  type CommandEnvelope,
  type CommandParser,
  type CommandResult,
  describeFaults,
  isTraceparent,
  type ParsedAck,
  type ParsedCommand,
  readCommandEnvelope,
} from '@jambus/schema';
import { type Span, secondsSince } from '@jambus/telemetry';
import type { CommandLatency } from '../adapter-metrics.ts';
import type { AdapterSpans } from '../adapter-spans.ts';
import type { LinkCommand } from '../link/gateway-link.ts';
import type { CommandRouter } from './command-router.ts';

export interface CommandPipelineOptions {
  readonly parser: CommandParser;
  readonly router: CommandRouter;
  /** Publishes a terminal result; resolves when the bus has it. */
  readonly publishResult: (result: CommandResult, record: CommandRecord, traceparent: string) => Promise<void>;
  readonly spans: AdapterSpans;
  readonly latency: CommandLatency;
  /** The trace context of a call, for commands that have none of their own. */
  readonly traceparentOf: (callSid: string) => string;
  /** Life of a command without `expirytime`, in ms. */
  readonly commandTtlMs: number;
  /** Told once for each terminal outcome. */
  readonly onOutcome: (command: string, result: CommandResult, detail: string | undefined) => void;
}

/** What a record turned out to be. */
type Decoded =
  | { readonly ok: true; readonly command: LinkCommand; readonly payload: Uint8Array }
  | { readonly ok: false; readonly id: string; readonly code: 'invalid'; readonly detail: string };

const DONE: Outcome = { kind: 'done' };
const STOPPED: Outcome = { kind: 'retry', afterMs: 0, reason: 'the adapter stops' };
const NO_VERBS = new Uint8Array(0);

/**
 * The way of one record: decode, validate, route, publish its one result. What comes back tells the driver whether the
 * record is done with, belongs to the dead letters, or has to be read again.
 */
export function createCommandPipeline(options: CommandPipelineOptions): CommandHandler {
  const { spans, latency } = options;
  const settle = async (
    { record, own, span }: Traced,
    decidedAt: number,
    name: string,
    outcome: Pick<CommandResult, 'commandId' | 'status' | 'code' | 'detail'>,
  ): Promise<void> => {
    const { code, detail } = outcome;
    const result: CommandResult = {
      commandId: outcome.commandId,
      callSid: record.callSid,
      status: outcome.status,
      ...(code === undefined ? {} : { code }),
      ...(detail === undefined ? {} : { detail }),
      at: new Date().toISOString(),
    };
    const sending = spans.sendResult(span, result);
    // The call may have been unknown when the command came.
    const traceparent = sending.traceparent ?? own ?? options.traceparentOf(record.callSid);
    await options.publishResult(result, record, traceparent);
    latency.result.record(secondsSince(decidedAt));
    sending.end();
    spans.processed(span, result);
    options.onOutcome(name, result, detail);
  };

  return async (record, signal) => {
    latency.bus.record(secondsOnBus(record));
    const own = ownTrace(record.attributes);
    if (!hasCall(record)) {
      spans.process(record, own).end('invalid');
      return {
        kind: 'dead-letter',
        reason: 'invalid',
        detail: 'the record names no call: it has neither key nor subject',
      };
    }
    const span = spans.process(record, own);
    const traced: Traced = { record, own, span };
    const validating = spans.validate(span);
    const decoded = decode(record, own, options);
    validating.end(decoded.ok ? undefined : decoded.code);
    if (!decoded.ok) {
      const { id: commandId, code, detail } = decoded;
      await settle(traced, performance.now(), 'none', { commandId, status: 'rejected', code, detail });
      return { kind: 'dead-letter', reason: code, detail };
    }
    const { command, payload } = decoded;
    const routing = spans.route(span);
    const routedAt = performance.now();
    const { publishedAt } = record;
    const outcome = await options.router.route({ command, payload, publishedAt, span: routing }, signal);
    routing.end(outcome.status === 'rejected' ? outcome.code : undefined);
    const outcomeAt = performance.now();
    latency.route.record((outcomeAt - routedAt) / 1000);
    if (outcome.status === 'delivered') latency.total.record(secondsOnBus(record));
    if (outcome.status === 'stopped') {
      span.end('stopped');
      return STOPPED;
    }
    await settle(traced, outcomeAt, command.name, { commandId: command.id, ...outcome });
    return DONE;
  };
}

/** Since the broker took it; its clock may be ahead of ours. */
function secondsOnBus({ publishedAt }: CommandRecord): number {
  return Math.max(0, Date.now() - publishedAt) / 1000;
}

type AddressedRecord = CommandRecord & { readonly callSid: string };

/** A record and its place in a trace. */
interface Traced {
  readonly record: AddressedRecord;
  /** The context its publisher gave it. */
  readonly own: string | undefined;
  readonly span: Span;
}

/** The trace context that the publisher of a command gave it, if any. */
function ownTrace({ traceparent }: Attributes): string | undefined {
  return isTraceparent(traceparent) ? traceparent : undefined;
}

function hasCall(record: CommandRecord): record is AddressedRecord {
  return record.callSid !== undefined && record.callSid !== '';
}

function decode(
  record: AddressedRecord,
  traceparent: string | undefined,
  { parser, commandTtlMs }: CommandPipelineOptions,
): Decoded {
  const envelope = readCommandEnvelope(record.attributes, record, commandTtlMs);
  if ('fault' in envelope) {
    return { ok: false, id: record.attributes['id'] || record.position, code: 'invalid', detail: envelope.fault };
  }
  const parsed = parser.parse(record.payload);
  if (!parsed.ok) return { ok: false, id: envelope.id, code: 'invalid', detail: describeFaults(parsed.faults) };
  const payload = parsed.kind === 'ack' ? (parsed.verbs ?? NO_VERBS) : parsed.payload;
  return { ok: true, command: linkCommand(record, envelope, parsed, traceparent), payload };
}

function linkCommand(
  record: AddressedRecord,
  envelope: CommandEnvelope,
  parsed: ParsedCommand | ParsedAck,
  traceparent: string | undefined,
): LinkCommand {
  const { id, expiresAt, ifverbid, ifsequence } = envelope;
  return {
    call: record.callSid,
    id,
    position: record.position,
    name: parsed.kind === 'ack' ? 'ack' : parsed.command,
    ...(parsed.kind === 'ack' ? { msgid: parsed.msgid } : {}),
    verbs: [...parsed.verbIds],
    expires: expiresAt,
    ...(ifverbid === undefined ? {} : { ifverbid }),
    ...(ifsequence === undefined ? {} : { ifsequence }),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}
