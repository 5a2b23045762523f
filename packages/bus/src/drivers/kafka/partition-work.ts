import type { KafkaMessage } from 'kafkajs';
import { PartitionLanes, type PartitionLanesOptions } from '../../lanes/index.ts';
import { commandRecord } from './command-record.ts';

/** What the lanes of all partitions have in common. */
export type LanesOfPartitions = Omit<PartitionLanesOptions, 'startAfter' | 'onAdvance'>;

/** Offsets here are those of records: `committed: 7` means that record 7 is finished and 8 is to be read next. */
export interface PartitionWork {
  /** The offset up to which everything may be committed. */
  readonly done: number;
  /** What the broker has confirmed; where the work began before that. */
  committed: number;
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

/**
 * The work on one partition, from the first record that we get of it.
 *
 * @param startAfter the offset before that record
 * @param onRoom called each time `hasRoom` turns true again
 */
export function partitionWork(
  partition: number,
  startAfter: number,
  options: LanesOfPartitions,
  onRoom: () => void,
): PartitionWork {
  // The committer looks by itself.
  const lanes = new PartitionLanes({ ...options, startAfter, onAdvance: () => {} });
  let inHand: KafkaMessage[] = [];
  let next = 0;
  let reached = startAfter;
  let hasRoom = true;
  let stopped = false;

  const push = (): void => {
    while (next < inHand.length && lanes.hasRoom) {
      const message = inHand[next++];
      if (message !== undefined) lanes.push(commandRecord(message, partition), Number(message.offset));
    }
    if (next === inHand.length && lanes.hasRoom) {
      inHand = [];
      next = 0;
    }
  };

  const untilRoom = async (): Promise<void> => {
    while (!stopped && (inHand.length > 0 || !lanes.hasRoom)) {
      await lanes.whenRoom();
      push();
    }
    hasRoom = true;
    if (!stopped) onRoom();
  };

  return {
    committed: startAfter,
    claimed: startAfter,
    unproven: undefined,
    get done() {
      return lanes.unfinished === 0 && inHand.length === 0 ? Math.max(lanes.watermark, reached) : lanes.watermark;
    },
    get hasRoom() {
      return hasRoom;
    },
    take: (messages) => {
      if (stopped) return;
      // What comes again is passed over by the lanes.
      inHand = [...inHand.slice(next), ...messages];
      next = 0;
      push();
      if (hasRoom && (inHand.length > 0 || !lanes.hasRoom)) {
        hasRoom = false;
        void untilRoom();
      }
    },
    reached: (offset) => {
      reached = Math.max(reached, offset);
    },
    stop: (deadlineMs) => {
      stopped = true;
      return lanes.stop(deadlineMs);
    },
  };
}
