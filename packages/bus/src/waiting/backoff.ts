/** How long to wait before trying again: doubling from `firstMs` up to `maxMs`. */
export interface Backoff {
  /** Upper end of the first wait, ms. */
  readonly firstMs: number;
  /** Upper end of every wait, ms. */
  readonly maxMs: number;
}

/**
 * The wait after the `attempt`th failure (counted from 1), in ms: between half and all of the doubled step, at random, so
 * that clients cut off by the same outage do not all come back in the same instant.
 */
export function backoffMs(attempt: number, { firstMs, maxMs }: Backoff): number {
  const step = Math.min(maxMs, firstMs * 2 ** (attempt - 1));
  return step / 2 + (Math.random() * step) / 2;
}
