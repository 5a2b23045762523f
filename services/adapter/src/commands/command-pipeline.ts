import type { CommandHandler, CommandRecord, Outcome, Turn } from '@jambus/bus';
import { rejected, type Verdict } from '@jambus/link';
import { type CommandResult, JambusError } from '@jambus/schema';
import { ATTRIBUTE, NO_SPAN, type Span, secondsSince } from '@jambus/telemetry';
import type { CommandLatency } from '../adapter-metrics.ts';
import type { AdapterSpans } from '../adapter-spans.ts';
import type { LinkOutcome } from '../link/gateway-link.ts';
import { commandResult } from '../reports/result-message.ts';
import type { CommandRouter } from './command-router.ts';
import {
  type AddressedRecord,
  type Decoded,
  type DecodeOptions,
  decodeCommand,
  hasCall,
  ownTrace,
  wrongAddress,
} from './decode-command.ts';
import { type DirectPath, DONE } from './direct-path.ts';

export interface CommandPipelineOptions extends DecodeOptions {
  readonly router: CommandRouter;
  /**
   * Publishes the result of a command that no gateway decides; resolves when the bus has it.
   *
   * @param decided its position, where the decision is one about the call
   */
  readonly publishResult: (
    name: string,
    result: CommandResult,
    record: AddressedRecord,
    decided: string | undefined,
  ) => Promise<void>;
  /** The way of the usual command; undefined where it is not to be had. */
  readonly direct: DirectPath | undefined;
  readonly spans: AdapterSpans;
  readonly latency: CommandLatency;
}

type DecodedCommand = Extract<Decoded, { readonly ok: true }>;
type Refused = Extract<Decoded, { readonly ok: false }>;

const STOPPED: Outcome = { kind: 'retry', afterMs: 0, reason: 'the adapter stops' };

/**
 * The way of one record: decode, validate, route to the gateway that decides it. What comes back tells the driver whether the
 * record is done with, belongs to the dead letters, or has to be read again.
 */
export function createCommandPipeline(options: CommandPipelineOptions): CommandHandler {
  const { spans, latency } = options;

  const publish = async (
    record: AddressedRecord,
    span: Span,
    name: string,
    id: string,
    verdict: Verdict,
    decided: string | undefined,
  ): Promise<Outcome> => {
    const result = commandResult(record.callSid, id, verdict);
    const sending = spans.sendResult(span, result.callSid, verdict);
    try {
      await options.publishResult(name, result, record, decided);
    } catch (thrown) {
      const error = JambusError.from(thrown);
      sending.end(error.code);
      if (error.code !== 'bus_refused') throw error;
      // Refused for good: another attempt has the same end, and holds up what is behind this record.
      span.end(error.code);
      return { kind: 'dead-letter', reason: 'internal', detail: `its result cannot be published: ${error.message}` };
    }
    sending.end();
    spans.processed(span, id, verdict.code);
    return DONE;
  };

  /** A command that is one. @param tried what came of it where it was sent already, which has not settled it */
  const route = async (
    record: AddressedRecord,
    { command, payload, appearBy }: DecodedCommand,
    signal: AbortSignal,
    turn: Turn,
    span: Span,
    routedAt: number,
    tried?: LinkOutcome,
  ): Promise<Outcome> => {
    const routing = spans.route(span);
    const { maybeRepeated } = record;
    const routable = { command, payload, appearBy, maybeRepeated, turn, span: routing };
    const outcome = await options.router.route(routable, signal, tried);
    latency.route.record(secondsSince(routedAt));
    if (outcome.kind === 'stopped') {
      routing.end();
      span.end('stopped');
      return STOPPED;
    }
    if (outcome.kind === 'not-yet') {
      routing.end();
      return backAgain(span, outcome.maybeDecided);
    }
    if (outcome.kind === 'settled') {
      routing.end(outcome.code);
      spans.processed(span, command.id, outcome.code);
      return DONE;
    }
    routing.end(outcome.verdict.code);
    // One that has expired is known by its time, whoever looks and in whatever order. One that is out of its turn says nothing
    // of those before it.
    const isMark = outcome.verdict.code !== 'expired' && !turn.overdue;
    const decided = isMark ? record.position : undefined;
    return publish(record, span, command.name, command.id, outcome.verdict, decided);
  };

  const general = async (record: AddressedRecord, signal: AbortSignal, turn: Turn): Promise<Outcome> => {
    const span = spans.process(record, ownTrace(record));
    const validating = spans.validate(span);
    const decoded = decodeCommand(record, turn.overdue, options);
    validating.end(decoded.ok ? undefined : decoded.code);
    if (decoded.ok) return route(record, decoded, signal, turn, span, performance.now());
    return refuse(record, decoded, turn, span);
  };

  const refuse = async (record: AddressedRecord, decoded: Refused, turn: Turn, span: Span): Promise<Outcome> => {
    // No gateway decides it, so nobody there keeps its place.
    if (turn.behind !== undefined) return backAgain(span, record.maybeRepeated);
    const { id, code, detail } = decoded;
    // Decided by what the record says, so the time is that of the record: whoever reads it again comes to the same.
    const told = await publish(record, span, 'none', id, rejected(code, detail, record.publishedAt), undefined);
    // What may not be sent is a command all the same, and its result says all there is to say.
    return told === DONE && code === 'invalid' ? { kind: 'dead-letter', reason: code, detail } : told;
  };

  /** What is not usual about a record goes the general way from there. */
  const directly = (direct: DirectPath, record: AddressedRecord, signal: AbortSignal, turn: Turn): Promise<Outcome> => {
    const decoded = decodeCommand(record, turn.overdue, options);
    if (!decoded.ok) return refuse(record, decoded, turn, NO_SPAN);
    const routedAt = performance.now();
    const goOn = (tried?: LinkOutcome) => route(record, decoded, signal, turn, NO_SPAN, routedAt, tried);
    return direct(decoded, record.maybeRepeated, turn, signal, routedAt, goOn) ?? goOn();
  };

  return (record, signal, turn) => {
    latency.bus.record(secondsOnBus(record));
    if (!hasCall(record)) {
      spans.process(record, ownTrace(record)).end('invalid');
      return Promise.resolve({ kind: 'dead-letter', reason: 'invalid', detail: wrongAddress(record) });
    }
    const { direct } = options;
    return direct === undefined ? general(record, signal, turn) : directly(direct, record, signal, turn);
  };
}

/** It was ahead of its turn. */
function backAgain(span: Span, maybeDecided: boolean): Outcome {
  span.set(ATTRIBUTE.outcome, 'returned');
  span.end();
  return { kind: 'not-yet', maybeDecided };
}

/** Since the broker took it; its clock may be ahead of ours. */
function secondsOnBus({ publishedAt }: CommandRecord): number {
  return Math.max(0, Date.now() - publishedAt) / 1000;
}
