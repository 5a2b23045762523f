import { JambusError } from '@jambus/schema';
import { type Backoff, backoffMs } from './backoff.ts';
import { pause } from './pause.ts';

export interface RetryOptions {
  /** No attempt begins after this time, on the clock of `performance.now()`. */
  readonly until: number;
  /** Ends the trying. */
  readonly signal: AbortSignal | undefined;
  /** What is tried, for people. */
  readonly doing: string;
  /** Whatever was thrown, as one of ours: the translator of the library that throws. */
  readonly translate: (thrown: unknown, doing: string) => JambusError;
}

const WAITS: Backoff = { firstMs: 100, maxMs: 2_000 };

/**
 * Tries until it works.
 *
 * @throws JambusError the first one that is not retryable, the last one in time, or `stopped` when the signal aborts
 */
export async function retry<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { until, signal, doing, translate } = options;
  for (let attempt = 1; ; attempt++) {
    if (signal?.aborted) throw new JambusError('stopped', `${doing}: told to stop before it worked`);
    try {
      return await work();
    } catch (thrown) {
      const error = translate(thrown, doing);
      const waitMs = backoffMs(attempt, WAITS);
      if (!error.retryable || performance.now() + waitMs > until) throw error;
      await pause(waitMs, ...(signal === undefined ? [] : [signal]));
    }
  }
}
