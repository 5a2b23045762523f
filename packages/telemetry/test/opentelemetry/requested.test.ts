import { requested } from '../../src/opentelemetry/requested.ts';

const ENDPOINT = 'http://127.0.0.1:4318';

test.each([
  [{}, 'nothing'],
  [{ OTEL_SERVICE_NAME: 'x', OTEL_EXPORTER_OTLP_ENDPOINT: ' ' }, 'nothing'],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT }, 'traces, metrics'],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: ENDPOINT }, 'traces'],
  [{ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: ENDPOINT }, 'metrics'],
  [{ OTEL_TRACES_EXPORTER: 'console' }, 'traces'],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT, OTEL_METRICS_EXPORTER: 'none' }, 'traces'],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT, OTEL_TRACES_EXPORTER: 'none' }, 'metrics'],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT, OTEL_SDK_DISABLED: 'TRUE' }, 'nothing'],
])('%j asks for %s', (environment, expected) => {
  const { traces, metrics } = requested(environment);
  const wanted = [...(traces ? ['traces'] : []), ...(metrics ? ['metrics'] : [])];
  expect(wanted.join(', ') || 'nothing').toBe(expected);
});
