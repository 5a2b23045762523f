import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import fc from 'fast-check';
import { SECONDS_BUCKETS } from '../../src/metrics/metrics.ts';
import { histogramData, OwnHistogram } from '../../src/metrics/own-histogram.ts';

class Reader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

describe('a histogram of our own', () => {
  test('counts as that of the SDK does, whatever is measured', async () => {
    const value = fc.oneof(
      // A zero of ours and of theirs may differ in its sign.
      fc.double({ min: -1, max: 20, noNaN: true }).map((seconds) => seconds + 0),
      fc.constantFrom(...SECONDS_BUCKETS, 0, Number.NaN, 1e-9, 1e9),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 50 }), async (values) => {
        const reader = new Reader();
        const provider = new MeterProvider({ readers: [reader] });
        const theirs = provider
          .getMeter('test')
          .createHistogram('h', { advice: { explicitBucketBoundaries: [...SECONDS_BUCKETS] } });
        const ours = new OwnHistogram(SECONDS_BUCKETS, {});
        for (const each of values) {
          theirs.record(each);
          ours.record(each);
        }
        const { resourceMetrics } = await reader.collect();
        const [expected] = resourceMetrics.scopeMetrics[0]?.metrics ?? [];
        const data = histogramData({ name: 'h', description: '', unit: '' }, [ours]);
        // The SDK has a point with nothing in it where all that was measured is no number; ours has none.
        const points = (all: readonly { readonly value: unknown }[] = []) =>
          all.map(({ value }) => value).filter((value) => (value as { readonly count: number }).count > 0);
        expect(points(data?.dataPoints)).toEqual(points(expected?.dataPoints));
        if (data !== undefined) expect(data.dataPointType).toBe(expected?.dataPointType);
        await provider.shutdown();
      }),
      { numRuns: 500 },
    );
  });
});
