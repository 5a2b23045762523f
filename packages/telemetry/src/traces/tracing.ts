/**
 * How a span stands to its parent, as OpenTelemetry tells it: `server` and `consumer` answer to somebody in another process,
 * `client` and `producer` ask somebody there, `internal` is a step of our own.
 */
export type SpanKind = 'server' | 'client' | 'producer' | 'consumer' | 'internal';

/** A step on the way of one message. */
export interface Span {
  /** What the next step is told, by us or in another process; undefined where no spans are made. */
  readonly traceparent: string | undefined;
  /** Never a payload or a secret. */
  set(attribute: string, value: string | number | boolean): void;
  /**
   * Ends it, once.
   *
   * @param error why it failed, as one of a few words: the code of a rejection or of a JambusError
   */
  end(error?: string): void;
}

/** What a span descends from: one of this process, or the `traceparent` of another one. Undefined begins a new trace. */
export type Parent = Span | string | undefined;

/**
 * Makes the spans of one service. Parents are passed by hand: on the way of a message everything is a callback or a queue, so
 * there is no surrounding context that could be relied on, and keeping one would cost every promise of the process.
 */
export interface Tracing {
  /** False where no spans are made, and collecting something for them would be in vain. */
  readonly enabled: boolean;
  start(name: string, kind: SpanKind, parent: Parent): Span;
  /** The first span of a trace with an id of our choice, which the sampler decides about. */
  startTrace(name: string, kind: SpanKind, traceId: string): Span;
  /**
   * A span by itself that refers to others.
   *
   * @param links `traceparent`s
   * @param startedAt ms since the epoch
   */
  startLinked(name: string, kind: SpanKind, links: readonly string[], startedAt: number): Span;
}

/** Does nothing, at no cost: one object for all. */
export const NO_SPAN: Span = { traceparent: undefined, set() {}, end() {} };

/** Tracing that nobody asked for. */
export const NO_TRACING: Tracing = {
  enabled: false,
  start: () => NO_SPAN,
  startTrace: () => NO_SPAN,
  startLinked: () => NO_SPAN,
};
