import type { BusMessage } from './records.ts';

/** The side of a bus that events, results and dead letters go to. */
export interface EventSink {
  /**
   * Writes the batch; messages of one call on one channel stay in their order. Resolves when the broker has all of them.
   *
   * @throws JambusError; when `retryable`, the same batch may be tried again (the broker may then have some of it twice,
   *   with the same CloudEvents ids).
   */
  publish(batch: readonly BusMessage[]): Promise<void>;
}
