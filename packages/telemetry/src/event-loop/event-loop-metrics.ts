import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { Metrics } from '../metrics/index.ts';

/** How often the delay is measured, ms. */
const RESOLUTION_MS = 10;
/** Gauges that are read within this time are of the same collection, ms. */
const ONE_COLLECTION_MS = 100;
const NS_PER_S = 1e9;

const READINGS: Readonly<Record<string, (delay: IntervalHistogram) => number>> = {
  min: ({ min }) => min,
  max: ({ max }) => max,
  mean: ({ mean }) => mean,
  stddev: ({ stddev }) => stddev,
  p50: (delay) => delay.percentile(50),
  p90: (delay) => delay.percentile(90),
  p99: (delay) => delay.percentile(99),
};

/**
 * Declares how late the event loop is, in seconds since the last collection, under the names of OpenTelemetry
 * (`nodejs.eventloop.delay.p99`, in the text of Prometheus `nodejs_eventloop_delay_p99`). Of a loop without delay Node
 * measures about the resolution, 10 ms.
 *
 * @returns ends the measuring
 */
export function declareEventLoopMetrics(metrics: Metrics): () => void {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  let read: Readonly<Record<string, number>> = {};
  let readAt = Number.NEGATIVE_INFINITY;

  const latest = (): Readonly<Record<string, number>> => {
    const now = performance.now();
    if (now - readAt < ONE_COLLECTION_MS) return read;
    readAt = now;
    // Nothing was measured yet, when it is empty: its mean is no number then.
    const isEmpty = delay.count === 0;
    read = Object.fromEntries(Object.entries(READINGS).map(([name, of]) => [name, isEmpty ? 0 : of(delay) / NS_PER_S]));
    delay.reset();
    return read;
  };

  for (const name of Object.keys(READINGS)) {
    metrics.gauge(
      `nodejs.eventloop.delay.${name}`,
      `How late the event loop is since the last collection: ${name}`,
      () => latest()[name] ?? 0,
      's',
    );
  }
  return () => delay.disable();
}
