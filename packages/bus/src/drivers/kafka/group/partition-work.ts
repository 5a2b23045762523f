import type { KafkaMessage } from 'kafkajs';
import type { Beginning } from './origins.ts';

/** What may stand beside a committed offset, bytes: brokers take 4,096 unless told otherwise, with the name of the log. */
export const LONGEST_PROGRESS = 4_000;

/**
 * Begins the work on one partition, from the first record that we get of it.
 *
 * @param startAfter the offset before that record
 * @param onRoom called each time `hasRoom` turns true again
 */
export type BeginWork = (partition: number, startAfter: number, onRoom: () => void, origin: Beginning) => PartitionWork;

/** Offsets here are those of records: `committed: 7` means that record 7 is finished and 8 is to be read next. */
export interface PartitionWork {
  /** The offset up to which everything may be committed. */
  readonly done: number;
  /** What the broker has confirmed; where the work began before that. */
  committed: number;
  /** What is finished beyond `done`, as `writeProgress` writes it. */
  readonly beyond: string;
  /** What of it the broker has confirmed. */
  committedBeyond: string;
  /** The most that was ever asked to be committed. */
  claimed: number;
  /** What was `committed` when the group last met; until the first batch after that, nobody knows if it still holds. */
  unproven: number | undefined;
  /** False while it has records in hand that it has no room for. */
  readonly hasRoom: boolean;
  /** Takes what was fetched. Whatever there is no room for waits in hand, and `hasRoom` is false until it has all gone in. */
  take(messages: readonly KafkaMessage[]): void;
  /** Everything up to this offset has been handed out by the broker, control records included. */
  reached(offset: number): void;
  /** Starts nothing more; resolves when what runs has ended, at the latest after so many ms. */
  stop(deadlineMs: number): Promise<void>;
}
