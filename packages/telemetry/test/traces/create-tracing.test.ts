import { InMemorySpanExporter, RandomIdGenerator, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { NO_SPAN, NO_TRACING } from '../../src/index.ts';
import { createTracing } from '../../src/traces/create-tracing.ts';
import { createTraceIds } from '../../src/traces/trace-ids.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

function tracingWithSpans() {
  const exporter = new InMemorySpanExporter();
  const ids = createTraceIds(new RandomIdGenerator());
  const provider = new TracerProvider({ idGenerator: ids, spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  return { tracing: createTracing(provider.getTracer('test'), ids), spans: () => exporter.getFinishedSpans() };
}

describe('tracing', () => {
  test('a span continues the traceparent of another process, and says where to go on', () => {
    const { tracing, spans } = tracingWithSpans();
    const span = tracing.start('step', 'server', `00-${TRACE}-${SPAN}-01`);
    span.end();
    const [finished] = spans();
    expect(finished?.parentSpanContext).toMatchObject({ spanId: SPAN, isRemote: true });
    expect(span.traceparent).toBe(`00-${TRACE}-${finished?.spanContext().spanId}-01`);
  });

  test('a step within the process descends from the one before', () => {
    const { tracing, spans } = tracingWithSpans();
    const first = tracing.start('first', 'consumer', undefined);
    tracing.start('second', 'internal', first).end();
    first.end('expired');
    const [second, ended] = spans();
    expect(second?.parentSpanContext?.spanId).toBe(ended?.spanContext().spanId);
    expect(second?.parentSpanContext?.isRemote).toBeFalsy();
    expect([ended?.status.code, ended?.attributes]).toEqual([2, { 'error.type': 'expired' }]);
  });

  test('what publishers took no part in recording is not recorded here', () => {
    const { tracing, spans } = tracingWithSpans();
    const span = tracing.start('step', 'server', `00-${TRACE}-${SPAN}-00`);
    span.set('a', 1);
    span.end();
    expect(spans()).toEqual([]);
    expect(span.traceparent).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-00$`));
  });

  test('a trace can begin with an id of our choice, and the next one has one of its own', () => {
    const { tracing } = tracingWithSpans();
    expect(tracing.startTrace('call', 'internal', TRACE).traceparent).toContain(TRACE);
    expect(tracing.start('other', 'internal', undefined).traceparent).not.toContain(TRACE);
  });

  test('a span that refers to others is of a trace of its own; what is no context is passed over', () => {
    const { tracing, spans } = tracingWithSpans();
    const startedAt = Date.now() - 1;
    tracing.startLinked('receive', 'client', [`00-${TRACE}-${SPAN}-01`, 'nonsense'], startedAt).end();
    const [span] = spans();
    expect(span?.links.map(({ context }) => context.spanId)).toEqual([SPAN]);
    expect([span?.parentSpanContext, span?.spanContext().traceId === TRACE]).toEqual([undefined, false]);
    const [s = 0, ns = 0] = span?.startTime ?? [];
    expect(Math.round(s * 1e3 + ns / 1e6)).toBe(startedAt);
  });
});

test('without tracing there is one span for all, which does nothing', () => {
  expect(NO_TRACING.start('step', 'server', `00-${TRACE}-${SPAN}-01`)).toBe(NO_SPAN);
  expect(NO_SPAN.traceparent).toBeUndefined();
});
