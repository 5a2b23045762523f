import { readTraceparent, writeTraceparent } from '@jambus/schema';
import {
  type Span as ApiSpan,
  type SpanKind as ApiSpanKind,
  type Context,
  ROOT_CONTEXT,
  type SpanContext,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { TraceIds } from './trace-ids.ts';
import type { Parent, Span, SpanKind, Tracing } from './tracing.ts';

/** The numbers of OpenTelemetry's `SpanKind`, which is an enum. */
const KINDS = { internal: 0, server: 1, client: 2, producer: 3, consumer: 4 } as const satisfies Record<
  SpanKind,
  ApiSpanKind
>;

/**
 * Tracing on a tracer of OpenTelemetry.
 *
 * @param ids where the tracer has the ids of its traces from
 */
export function createTracing(tracer: Tracer, ids: TraceIds): Tracing {
  return {
    enabled: true,
    start: (name, kind, parent) => new RecordedSpan(tracer.startSpan(name, { kind: KINDS[kind] }, contextOf(parent))),
    startTrace: (name, kind, traceId) => {
      ids.next(traceId);
      return new RecordedSpan(tracer.startSpan(name, { kind: KINDS[kind] }, ROOT_CONTEXT));
    },
    startLinked: (name, kind, links, startedAt) => {
      const contexts = links.map(remoteContext).filter((context) => context !== undefined);
      const options = { kind: KINDS[kind], links: contexts.map((context) => ({ context })), startTime: startedAt };
      return new RecordedSpan(tracer.startSpan(name, options, ROOT_CONTEXT));
    },
  };
}

class RecordedSpan implements Span {
  readonly span: ApiSpan;
  #traceparent: string | undefined;

  constructor(span: ApiSpan) {
    this.span = span;
  }

  get traceparent(): string {
    const { traceId, spanId, traceFlags } = this.span.spanContext();
    const sampled = (traceFlags & TraceFlags.SAMPLED) !== 0;
    this.#traceparent ??= writeTraceparent({ traceId, spanId, sampled });
    return this.#traceparent;
  }

  set(attribute: string, value: string | number | boolean): void {
    this.span.setAttribute(attribute, value);
  }

  end(error?: string): void {
    if (error !== undefined) {
      this.span.setAttribute('error.type', error);
      this.span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.span.end();
  }
}

function contextOf(parent: Parent): Context {
  if (parent instanceof RecordedSpan) return trace.setSpan(ROOT_CONTEXT, parent.span);
  const remote = remoteContext(typeof parent === 'object' ? parent.traceparent : parent);
  return remote === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, remote);
}

function remoteContext(traceparent: string | undefined): SpanContext | undefined {
  const context = readTraceparent(traceparent);
  if (context === undefined) return undefined;
  const { traceId, spanId, sampled } = context;
  return { traceId, spanId, traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE, isRemote: true };
}
