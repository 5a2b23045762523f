import type { DeadLetterReason } from '@jambus/schema';
import type { CommandRecord } from './records.ts';

/** What came of a record, as data; only the driver knows what it means to its broker. */
export type Outcome =
  /** Dealt with, for good or ill: never hand it over again. */
  | { readonly kind: 'done' }
  /** Transient trouble: hand it over again after this many ms, and nothing of the same call before it. */
  | { readonly kind: 'retry'; readonly afterMs: number; readonly reason: string }
  /** It can never be dealt with: publish it to the dead letters with this reason, then go on. */
  | { readonly kind: 'dead-letter'; readonly reason: DeadLetterReason; readonly detail: string };

/**
 * Called for one record of a call at a time; records of different calls run side by side. Must not throw.
 *
 * @param overdue the life of the record is over while another one of its call is still being handled: it is out of its turn,
 *   and all that may come of it is its refusal
 */
export type CommandHandler = (record: CommandRecord, signal: AbortSignal, overdue: boolean) => Promise<Outcome>;

/** The side of a bus that commands come from. */
export interface CommandSource {
  /**
   * Takes its share of the partitions and hands their records to `handler`, in broker order per call, with at most a
   * bounded number of them unfinished. Commits a position only when every record up to it is finished.
   *
   * Resolves after `signal` aborts: handlers that run then are given a moment to end (the same `signal` tells them to),
   * what is finished is committed, the rest is left for the next reader. Retries broker trouble for ever.
   *
   * @throws JambusError that is not retryable: the broker refuses this reader for good.
   */
  run(handler: CommandHandler, signal: AbortSignal): Promise<void>;
}
