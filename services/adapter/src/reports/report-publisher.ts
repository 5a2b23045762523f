import type { BusMessage, Outbox } from '@jambus/bus';
import { causationOf, type EventFrame, type ResultFrame, type VerbResult } from '@jambus/link';
import { type CommandResult, cloudEventsType, type EventAttributes, type JambusError } from '@jambus/schema';
import { type HistogramHandle, secondsSince } from '@jambus/telemetry';
import type { AdapterSpans } from '../adapter-spans.ts';
import type { GatewayLink, IncomingReports, ReportedResult } from '../link/gateway-link.ts';
import { isoTime } from './iso-time.ts';
import { omissible } from './omitted-event.ts';
import { commandResult, resultMessage, terminalResultId } from './result-message.ts';

export interface ReportPublisherOptions {
  readonly outbox: Outbox;
  /** An event that the broker will never take: another one is on the bus in its place, which says so. */
  readonly onOmitted: (frame: EventFrame, bytes: number, why: JambusError) => void;
  /** A report that the broker will never take, which would hold up every later one: it is lost, and counted. */
  readonly onRefused: (frame: EventFrame | ResultFrame, error: JambusError) => void;
  readonly onEvent: (type: string) => void;
  /** The outcome of a command is on the bus. */
  readonly onResult: (name: string, result: CommandResult, frame: ResultFrame) => void;
  readonly spans: Pick<AdapterSpans, 'sendEvent' | 'sendResult'>;
  /** Seconds that an event, and that the result of a command, takes to the bus. */
  readonly eventLatency: HistogramHandle;
  readonly resultLatency: HistogramHandle;
  /** The trace context of a call, for reports that have none of their own. */
  readonly traceparentOf: (callSid: string) => string;
}

/** No bus is set so that it does not take a message of this size, bytes. */
const ALWAYS_TAKEN_BYTES = 4_096;

/** Puts the reports of the gateways on the bus, in their order, and tells each gateway how far that went. */
export interface ReportPublisher {
  publish(link: GatewayLink, frame: EventFrame | ReportedResult, payload: Buffer, reports: IncomingReports): void;
}

/**
 * The outbox finishes messages in the order it took them, so counting up is enough: what is confirmed is the number of the
 * last report that is on the bus.
 */
export function createReportPublisher(options: ReportPublisherOptions): ReportPublisher {
  const { outbox, spans, traceparentOf } = options;

  const publishEvent = (link: GatewayLink, frame: EventFrame, payload: Buffer, reports: IncomingReports): void => {
    const { n } = frame;
    const since = performance.now();
    const parent = frame.traceparent ?? traceparentOf(frame.call);
    const span = spans.sendEvent(frame, parent, payload.length);
    const traceparent = span.traceparent ?? parent;
    // Not the context of the span, which is another one each time the report comes.
    if (frame.result !== undefined) outbox.enqueue(verbResultMessage(frame, frame.result, parent), ignore, reports);
    let tooLarge: JambusError | undefined;
    const onPublished = (error?: JambusError): void => {
      span.end(error?.code ?? tooLarge?.code);
      if (error === undefined) {
        if (tooLarge !== undefined) options.onOmitted(frame, payload.length, tooLarge);
        options.eventLatency.record(secondsSince(since));
        options.onEvent(frame.type);
      } else if (error.code === 'stopped') return;
      else options.onRefused(frame, error);
      link.confirm(reports, n);
    };
    const message = eventMessage(link.gateway, frame, payload, traceparent);
    const onOmitted = (why: JambusError): void => {
      tooLarge = why;
    };
    const isLarge = payload.length > ALWAYS_TAKEN_BYTES;
    outbox.enqueue(isLarge ? omissible(message, onOmitted) : message, onPublished, reports);
  };

  const publishResult = (link: GatewayLink, frame: ReportedResult, reports: IncomingReports): void => {
    const { n, call, command, name, verdict, position, decided, replyTo, tracestate } = frame;
    const since = performance.now();
    // As above: not the context of the span.
    const traceparent = frame.traceparent ?? traceparentOf(call);
    const span = spans.sendResult(frame.parent ?? traceparent, call, verdict);
    const result = commandResult(call, command, verdict);
    const message = resultMessage(result, terminalResultId(position), { traceparent, tracestate, decided, replyTo });
    const onPublished = (error?: JambusError): void => {
      span.end(error?.code);
      if (error === undefined) {
        options.resultLatency.record(secondsSince(since));
        options.onResult(name, result, frame);
      } else if (error.code === 'stopped') return;
      else options.onRefused(frame, error);
      link.confirm(reports, n, frame);
    };
    outbox.enqueue(message, onPublished, reports);
  };

  return {
    publish(link, frame, payload, reports) {
      if (frame.t === 'event') publishEvent(link, frame, payload, reports);
      else publishResult(link, frame, reports);
    },
  };
}

/** The event behind it is confirmed only after it, and carries the same news. */
function ignore(): void {}

function eventId({ call, epoch, sequence }: EventFrame): string {
  return `${call}/${epoch}/${sequence}`;
}

function eventMessage(gateway: string, frame: EventFrame, payload: Buffer, traceparent: string): BusMessage {
  const attributes: EventAttributes = {
    specversion: '1.0',
    id: eventId(frame),
    type: cloudEventsType(frame.type),
    source: `/jambus/${gateway}`,
    subject: frame.call,
    time: isoTime(frame.time),
    sequence: String(frame.sequence),
    epoch: String(frame.epoch),
    application: frame.application,
    traceparent,
    'content-type': 'application/json',
  };
  const causation = causationOf(frame);
  if (causation !== undefined) attributes.causationid = causation;
  if (frame.reset !== undefined) attributes.sequencereset = 'true';
  return { channel: 'events', callSid: frame.call, type: frame.type, attributes, payload };
}

function verbResultMessage(
  frame: EventFrame,
  { command, verb, status, detail }: VerbResult,
  traceparent: string,
): BusMessage {
  const [commandId, callSid, at] = [command, frame.call, isoTime(frame.time)];
  const result =
    detail === undefined
      ? { commandId, callSid, status, verbId: verb, at }
      : { commandId, callSid, status, detail, verbId: verb, at };
  return resultMessage(result, `${eventId(frame)}/${status}`, { traceparent, decided: frame.decided });
}
