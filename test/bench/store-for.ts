import { quantileOf } from './statistics.ts';

/** What came of a turn: of all that was confirmed in it. */
export interface StoredReport {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/**
 * Stores one record after the other, and so many side by side, for a while.
 *
 * @param store resolves when the record is confirmed
 * @param forMs how long to begin with new ones, ms
 */
export async function storeFor(store: () => Promise<void>, underWay: number, forMs: number): Promise<StoredReport> {
  const latencies: number[] = [];
  const startedAt = performance.now();
  const storeOneAfterTheOther = async (): Promise<void> => {
    for (let at = startedAt; at - startedAt < forMs; ) {
      await store();
      const now = performance.now();
      latencies.push(now - at);
      at = now;
    }
  };
  await Promise.all(Array.from({ length: underWay }, storeOneAfterTheOther));
  const elapsedMs = performance.now() - startedAt;
  const sorted = Float64Array.from(latencies).sort();
  return {
    perSecond: (sorted.length / elapsedMs) * 1000,
    p50Ms: quantileOf(sorted, 0.5),
    p99Ms: quantileOf(sorted, 0.99),
  };
}
