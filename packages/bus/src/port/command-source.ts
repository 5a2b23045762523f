import type { DeadLetterReason } from '@jambus/schema';
import type { CommandRecord } from './records.ts';

/** What came of a record, as data; only the driver knows what it means to its broker. */
export type Outcome =
  /** Dealt with, for good or ill: never hand it over again. */
  | { readonly kind: 'done' }
  /** Transient trouble: hand it over again after this many ms, and nothing of the same call before it. */
  | { readonly kind: 'retry'; readonly afterMs: number; readonly reason: string }
  /** It can never be dealt with: publish it to the dead letters with this reason, then go on. */
  | { readonly kind: 'dead-letter'; readonly reason: DeadLetterReason; readonly detail: string }
  /**
   * It came ahead of its turn and has had no effect: hand it over again when those before it are dealt with, or have gone on.
   * `maybeDecided`: it was out of reach for a time, so somebody may have dealt with it all the same.
   */
  | { readonly kind: 'not-yet'; readonly maybeDecided: boolean };

/** The place of a record among the records of its call. */
export interface Turn {
  /**
   * The life of the record is over while another one of its call is still being handled: it is out of its turn, and all that
   * may come of it is its refusal.
   */
  readonly overdue: boolean;
  /**
   * Position of the record before it, which is still being handled: an effect of this one may only come behind the effect of
   * that one. Undefined: every record before it is dealt with.
   */
  readonly behind: string | undefined;
  /** The record is where its place is kept, so the next one of its call may come ahead of its turn. May be called again. */
  follow(): void;
}

/**
 * Called for the records of a call one after the other: the next one when the one before is dealt with, or from when
 * `turn.follow()` says that it may come ahead. Records of different calls run side by side. Must not throw.
 */
export type CommandHandler = (record: CommandRecord, signal: AbortSignal, turn: Turn) => Promise<Outcome>;

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
