/** How many websockets each address may open: a bucket for each, which fills at a fixed rate. */
export interface UpgradeRate {
  /** Takes one from the bucket of the address. @returns false when it is empty */
  take(address: string): boolean;
}

export interface UpgradeRateOptions {
  /** Taken out for good in a second; 0: no limit. */
  readonly perSecond: number;
  /** Instead of `performance.now()`, for tests, ms. */
  readonly now?: () => number;
}

/** A bucket holds what comes in within this time, so that the calls of a gateway that has died can come all at once, s. */
const BURST_S = 10;
/** Addresses that are remembered; past them the one that came longest ago begins anew. */
const MOST_ADDRESSES = 10_000;

interface Bucket {
  left: number;
  at: number;
}

export function createUpgradeRate({ perSecond, now = () => performance.now() }: UpgradeRateOptions): UpgradeRate {
  const most = perSecond * BURST_S;
  /** The one that came last is the last one. */
  const buckets = new Map<string, Bucket>();

  const bucketOf = (address: string): Bucket => {
    const at = now();
    const known = buckets.get(address);
    if (known === undefined) return { left: most, at };
    buckets.delete(address);
    known.left = Math.min(most, known.left + ((at - known.at) / 1_000) * perSecond);
    known.at = at;
    return known;
  };

  return {
    take(address) {
      if (perSecond === 0) return true;
      const bucket = bucketOf(address);
      buckets.set(address, bucket);
      if (buckets.size > MOST_ADDRESSES) buckets.delete(buckets.keys().next().value as string);
      if (bucket.left < 1) return false;
      bucket.left--;
      return true;
    },
  };
}
