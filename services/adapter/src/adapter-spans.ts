import type { BusMessage, CommandRecord } from '@jambus/bus';
import type { EventFrame, Verdict } from '@jambus/link';
import { type BusNames, placeOf, type RejectionCode } from '@jambus/schema';
import { ATTRIBUTE, NO_SPAN, type Parent, type Span, type Tracing } from '@jambus/telemetry';
import type { LinkCommand, LinkOutcome } from './link/gateway-link.ts';

/** The steps of an adapter in the trace of a call. */
export interface AdapterSpans {
  /** Commands were read. The trace of each goes on by itself; this one refers to them. */
  received(batch: CommandBatch): void;
  /**
   * A command is dealt with, from the bus to its result.
   *
   * @param own the context its publisher gave it; without one it belongs to the trace of its call
   */
  process(record: CommandRecord, own: string | undefined): Span;
  processed(span: Span, commandId: string, code: RejectionCode | undefined): void;
  validate(process: Span): Span;
  route(process: Span): Span;
  /** A command is at a gateway, once for each try. */
  link(route: Span, command: LinkCommand, gateway: string): Span;
  linked(span: Span, outcome: LinkOutcome): void;
  sendResult(parent: Parent, callSid: string, verdict: Verdict): Span;
  sendEvent(frame: EventFrame, parent: Parent, bytes: number): Span;
}

/** Commands that came together from one partition. */
export interface CommandBatch {
  readonly partition: string;
  /** How many. */
  readonly size: number;
  /** Trace contexts of those that have one. */
  readonly traceparents: readonly string[];
  /** When the first one came, ms since the epoch. */
  readonly since: number;
}

/** Where the messages are, for those who look at their spans. */
export interface Bearings {
  readonly driver: string;
  readonly names: BusNames;
  /** The trace context of a call. */
  readonly traceparentOf: (callSid: string) => string;
}

export function createAdapterSpans(tracing: Tracing, bearings: Bearings): AdapterSpans {
  return tracing.enabled ? new RecordedSpans(tracing, bearings) : NO_SPANS;
}

const NO_SPANS: AdapterSpans = {
  received() {},
  process: () => NO_SPAN,
  processed() {},
  validate: () => NO_SPAN,
  route: () => NO_SPAN,
  link: () => NO_SPAN,
  linked() {},
  sendResult: () => NO_SPAN,
  sendEvent: () => NO_SPAN,
};

class RecordedSpans implements AdapterSpans {
  readonly #tracing: Tracing;
  readonly #bearings: Bearings;

  constructor(tracing: Tracing, bearings: Bearings) {
    this.#tracing = tracing;
    this.#bearings = bearings;
  }

  received({ partition, size, traceparents, since }: CommandBatch): void {
    const { commands } = this.#bearings.names;
    const span = this.#tracing.startLinked(`receive ${commands}`, 'client', traceparents, since);
    this.#messaging(span, 'receive', 'commands');
    span.set(ATTRIBUTE.partition, partition);
    span.set(ATTRIBUTE.batchSize, size);
    span.end();
  }

  process(record: CommandRecord, own: string | undefined): Span {
    const { names, traceparentOf } = this.#bearings;
    const parent = own ?? (record.callSid === undefined ? undefined : traceparentOf(record.callSid));
    const span = this.#tracing.start(`process ${names.commands}`, 'consumer', parent);
    this.#messaging(span, 'process', 'commands');
    span.set(ATTRIBUTE.partition, placeOf(record.position).log);
    span.set(ATTRIBUTE.messageId, record.attributes['id'] || record.position);
    span.set(ATTRIBUTE.bodySize, record.payload.byteLength);
    if (record.callSid !== undefined) span.set(ATTRIBUTE.callSid, record.callSid);
    return span;
  }

  processed(span: Span, commandId: string, code: RejectionCode | undefined): void {
    span.set(ATTRIBUTE.commandId, commandId);
    span.set(ATTRIBUTE.outcome, code ?? 'delivered');
    span.end(code);
  }

  validate(process: Span): Span {
    return this.#tracing.start('validate command', 'internal', process);
  }

  route(process: Span): Span {
    return this.#tracing.start('route command', 'internal', process);
  }

  link(route: Span, command: LinkCommand, gateway: string): Span {
    const span = this.#tracing.start('link command', 'client', route);
    span.set(ATTRIBUTE.callSid, command.call);
    span.set(ATTRIBUTE.command, command.name);
    span.set(ATTRIBUTE.gateway, gateway);
    return span;
  }

  linked(span: Span, outcome: LinkOutcome): void {
    const code = outcome.kind === 'settled' ? outcome.code : undefined;
    span.set(ATTRIBUTE.outcome, outcome.kind === 'settled' ? (code ?? 'delivered') : outcome.kind);
    span.end(code);
  }

  sendResult(parent: Parent, callSid: string, verdict: Verdict): Span {
    const span = this.#send('results', parent, callSid);
    span.set(ATTRIBUTE.outcome, verdict.code ?? verdict.status);
    return span;
  }

  sendEvent(frame: EventFrame, parent: Parent, bytes: number): Span {
    const span = this.#send('events', parent, frame.call);
    span.set(ATTRIBUTE.messageId, `${frame.call}/${frame.epoch}/${frame.sequence}`);
    span.set(ATTRIBUTE.messageType, frame.type);
    span.set(ATTRIBUTE.bodySize, bytes);
    return span;
  }

  #send(channel: BusMessage['channel'], parent: Parent, callSid: string): Span {
    const span = this.#tracing.start(`send ${this.#bearings.names[channel]}`, 'producer', parent);
    this.#messaging(span, 'send', channel);
    span.set(ATTRIBUTE.callSid, callSid);
    return span;
  }

  #messaging(span: Span, operation: 'receive' | 'process' | 'send', channel: BusMessage['channel'] | 'commands'): void {
    span.set(ATTRIBUTE.messagingSystem, this.#bearings.driver);
    span.set(ATTRIBUTE.operationType, operation);
    span.set(ATTRIBUTE.operationName, operation);
    span.set(ATTRIBUTE.destination, this.#bearings.names[channel]);
  }
}
