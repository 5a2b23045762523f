/** How fast calls are moved away. */
export interface DrainPace {
  /** On average, for people. */
  readonly perSecond: number;
  /** How many calls should have been asked to move once so much time has gone by: more when a timer was late. */
  due(elapsedMs: number): number;
}

/** Share of the time in which the calls are asked to move; the rest is for their last events. */
const MOVING_SHARE = 0.6;

/** Between two calls at most, in ms: a few calls need not take all the time there is. */
const LONGEST_GAP_MS = 50;

/**
 * Spreads calls over the time there is: the more time for each, the gentler for the gateways that take them.
 *
 * @param timeMs for the whole drain, in ms
 */
export function drainPace(calls: number, timeMs: number): DrainPace {
  const spanMs = Math.min(timeMs * MOVING_SHARE, calls * LONGEST_GAP_MS);
  return {
    perSecond: calls === 0 ? 0 : Math.ceil((calls * 1000) / Math.max(spanMs, 1)),
    due: (elapsedMs) => (elapsedMs >= spanMs ? calls : Math.min(calls, Math.floor((calls * elapsedMs) / spanMs) + 1)),
  };
}
