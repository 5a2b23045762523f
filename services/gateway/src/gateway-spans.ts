import { causationOf, type EventFrame, type Verdict } from '@jambus/link';
import { traceIdOfCall } from '@jambus/schema';
import { ATTRIBUTE, NO_SPAN, type Span, type SpanKind, type Tracing } from '@jambus/telemetry';
import type { InboundCommand } from './calls/inbound-command.ts';

/** The steps of a gateway in the trace of a call. */
export interface GatewaySpans {
  /**
   * A call that jambonz has no trace for gets its trace here.
   *
   * @returns the context of the call; undefined when no spans are made
   */
  callOpened(callSid: string, how: string, application: string): string | undefined;
  /** A message of jambonz: the step onto the websocket is done, the one over the link begins. */
  eventReceived(event: EventFrame): EventFrame;
  /** The bus has the event. */
  eventTaken(event: EventFrame): void;
  eventShed(event: EventFrame): void;
  /** @param callTrace context of the call, for commands that have none of their own */
  commandReceived(frame: InboundCommand['frame'], callTrace: string | undefined): Span;
  commandSettled(span: Span, verdict: Verdict): void;
  /** A message goes onto the websocket. */
  write(command: InboundCommand, bytes: number): Span;
}

const WEBSOCKET = 'websocket';

export function createGatewaySpans(tracing: Tracing): GatewaySpans {
  return tracing.enabled ? new RecordedSpans(tracing) : NO_SPANS;
}

const NO_SPANS: GatewaySpans = {
  callOpened: () => undefined,
  eventReceived: (event) => event,
  eventTaken() {},
  eventShed() {},
  commandReceived: () => NO_SPAN,
  commandSettled() {},
  write: () => NO_SPAN,
};

class RecordedSpans implements GatewaySpans {
  readonly #tracing: Tracing;
  /** Ends of the link, by the event that is on it. */
  readonly #onLink = new WeakMap<EventFrame, Span>();

  constructor(tracing: Tracing) {
    this.#tracing = tracing;
  }

  callOpened(callSid: string, how: string, application: string): string | undefined {
    // Ends at once: one for the whole call would only be seen when the call is over, and never if the process is over first.
    const span = this.#tracing.startTrace(`call ${how}`, 'internal', traceIdOfCall(callSid));
    span.set(ATTRIBUTE.callSid, callSid);
    span.set(ATTRIBUTE.application, application);
    span.end();
    return span.traceparent;
  }

  eventReceived(event: EventFrame): EventFrame {
    const [name, kind] = stepOf(event.type);
    const received = this.#tracing.start(name, kind, event.traceparent);
    received.set(ATTRIBUTE.protocol, WEBSOCKET);
    received.set(ATTRIBUTE.callSid, event.call);
    received.set(ATTRIBUTE.messageType, event.type);
    received.set(ATTRIBUTE.sequence, event.sequence);
    received.set(ATTRIBUTE.epoch, event.epoch);
    received.set(ATTRIBUTE.application, event.application);
    const causation = causationOf(event);
    if (causation !== undefined) received.set(ATTRIBUTE.commandId, causation);
    const onLink = this.#tracing.start('link event', 'client', received);
    onLink.set(ATTRIBUTE.callSid, event.call);
    received.end();
    const sent: EventFrame = { ...event, traceparent: onLink.traceparent ?? '' };
    this.#onLink.set(sent, onLink);
    return sent;
  }

  eventTaken(event: EventFrame): void {
    this.#onLink.get(event)?.end();
  }

  eventShed(event: EventFrame): void {
    this.#onLink.get(event)?.end('shed');
  }

  commandReceived(frame: InboundCommand['frame'], callTrace: string | undefined): Span {
    const span = this.#tracing.start(`deliver ${frame.name}`, 'server', frame.traceparent ?? callTrace);
    span.set(ATTRIBUTE.callSid, frame.call);
    span.set(ATTRIBUTE.command, frame.name);
    span.set(ATTRIBUTE.commandId, frame.id);
    return span;
  }

  commandSettled(span: Span, { status, code }: Verdict): void {
    span.set(ATTRIBUTE.outcome, code ?? status);
    span.end(code);
  }

  write({ span, frame }: InboundCommand, bytes: number): Span {
    const writing = this.#tracing.start('websocket write', 'producer', span);
    writing.set(ATTRIBUTE.protocol, WEBSOCKET);
    writing.set(ATTRIBUTE.callSid, frame.call);
    writing.set(ATTRIBUTE.bodySize, bytes);
    return writing;
  }
}

/** What jambonz says comes by its websocket; `jambus:lost` and the like are our own words. */
function stepOf(type: string): readonly [name: string, kind: SpanKind] {
  return type.startsWith('jambus:') ? [`announce ${type}`, 'internal'] : [`websocket receive ${type}`, 'server'];
}
