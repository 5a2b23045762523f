import type { BusMessage, Outbox } from '@jambus/bus';
import {
  cloudEventsType,
  type EventAttributes,
  type EventFrame,
  type JambusError,
  type VerbResult,
} from '@jambus/schema';
import { type HistogramHandle, secondsSince } from '@jambus/telemetry';
import type { AdapterSpans } from '../adapter-spans.ts';
import type { GatewayLink } from '../link/gateway-link.ts';
import { resultMessage } from './result-message.ts';

export interface EventPublisherOptions {
  readonly outbox: Outbox;
  /** An event that the broker will never take, which would hold up every later one: it is lost, and counted. */
  readonly onRefused: (frame: EventFrame, error: JambusError) => void;
  readonly onPublished: (type: string) => void;
  readonly spans: Pick<AdapterSpans, 'sendEvent'>;
  /** Seconds that an event takes to the bus. */
  readonly latency: HistogramHandle;
  /** The trace context of a call, for events that have none of their own. */
  readonly traceparentOf: (callSid: string) => string;
}

/** Puts the events of the gateways on the bus, and tells each gateway how far that went. */
export interface EventPublisher {
  publish(link: GatewayLink, frame: EventFrame, payload: Buffer): void;
}

/** How far the events of one connection are on the bus. */
interface Progress {
  readonly connection: number;
  taken: number;
  flushing: boolean;
}

/**
 * The outbox finishes messages in the order it took them, so counting up is enough: `taken` is the number of the last
 * event that is on the bus, and one frame tells the gateway about all that finished in one turn of the event loop.
 */
export function createEventPublisher(options: EventPublisherOptions): EventPublisher {
  const { outbox, onRefused, onPublished, spans, latency, traceparentOf } = options;
  const progress = new WeakMap<GatewayLink, Progress>();

  const progressOf = (link: GatewayLink): Progress => {
    let current = progress.get(link);
    if (current === undefined || current.connection !== link.connection) {
      current = { connection: link.connection, taken: 0, flushing: false };
      progress.set(link, current);
    }
    return current;
  };

  const confirm = (link: GatewayLink, state: Progress, n: number): void => {
    state.taken = n;
    if (state.flushing) return;
    state.flushing = true;
    setImmediate(() => {
      state.flushing = false;
      // After a reconnect the numbers of the older connection mean nothing.
      if (link.connection === state.connection) link.taken(state.taken);
    });
  };

  return {
    publish(link, frame, payload) {
      const state = progressOf(link);
      const since = performance.now();
      const parent = frame.traceparent ?? traceparentOf(frame.call);
      const span = spans.sendEvent(frame, parent, payload.length);
      const traceparent = span.traceparent ?? parent;
      if (frame.result !== undefined) outbox.enqueue(verbResultMessage(frame, frame.result, traceparent), ignore);
      outbox.enqueue(eventMessage(link.gateway, frame, payload, traceparent), (error) => {
        span.end(error?.code);
        if (error === undefined) {
          latency.record(secondsSince(since));
          onPublished(frame.type);
        } else if (error.code === 'stopped') return;
        else onRefused(frame, error);
        confirm(link, state, frame.n);
      });
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
    time: new Date(frame.time).toISOString(),
    sequence: String(frame.sequence),
    epoch: String(frame.epoch),
    application: frame.application,
    ...(frame.causation === undefined ? {} : { causationid: frame.causation }),
    traceparent,
    'content-type': 'application/json',
  };
  return { channel: 'events', callSid: frame.call, type: frame.type, attributes, payload };
}

function verbResultMessage(
  frame: EventFrame,
  { command, verb, status, detail }: VerbResult,
  traceparent: string,
): BusMessage {
  const result = {
    commandId: command,
    callSid: frame.call,
    status,
    ...(detail === undefined ? {} : { detail }),
    verbId: verb,
    at: new Date(frame.time).toISOString(),
  };
  return resultMessage(result, `${eventId(frame)}/${status}`, traceparent);
}
