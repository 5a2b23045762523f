import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';

/** What a microservice does about traces, with OpenTelemetry and nothing of jambus. */
export interface MicroserviceTraces {
  /**
   * Begins a span.
   *
   * @param traceparent of the event it is about
   */
  start(name: string, traceparent: string | undefined): MicroserviceSpan;
  close(): Promise<void>;
}

export interface MicroserviceSpan {
  /** For the command that is sent about it. */
  readonly traceparent: string;
  end(): void;
}

const setter = {
  set: (carrier: Record<string, string>, key: string, value: string) => {
    carrier[key] = value;
  },
};
const getter = {
  get: (carrier: Readonly<Record<string, string | undefined>>, key: string) => carrier[key],
  keys: (carrier: Readonly<Record<string, string | undefined>>) => Object.keys(carrier),
};

/** @param endpoint of the collector, `http://host:port` */
export function microserviceTraces(service: string, endpoint: string): MicroserviceTraces {
  const exporter = new OTLPTraceExporter({ url: `${endpoint}/v1/traces` });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': service }),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  });
  const tracer = provider.getTracer(service);
  const propagator = new W3CTraceContextPropagator();
  return {
    start: (name, traceparent) => {
      const parent = propagator.extract(ROOT_CONTEXT, { traceparent }, getter);
      const span = tracer.startSpan(name, { kind: SpanKind.CONSUMER }, parent);
      const carrier: Record<string, string> = {};
      propagator.inject(trace.setSpan(ROOT_CONTEXT, span), carrier, setter);
      return { traceparent: carrier['traceparent'] ?? '', end: () => span.end() };
    },
    close: () => provider.shutdown(),
  };
}
