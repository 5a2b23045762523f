import type { KafkaMessage } from 'kafkajs';
import { PartitionLanes, type PartitionLanesOptions } from '../../lanes/index.ts';
import { commandRecord } from './command-record.ts';
import type { Beginning } from './group/origins.ts';
import { type BeginWork, LONGEST_PROGRESS, type PartitionWork } from './group/partition-work.ts';

/** What the lanes of all partitions have in common. */
export type LanesOfPartitions = Omit<PartitionLanesOptions, 'startAfter' | 'onAdvance'>;

/** Work by lanes: the calls of a partition side by side. */
export function lanesWork(options: LanesOfPartitions): BeginWork {
  return (partition, startAfter, onRoom, origin) =>
    workOf({ ...origin, log: `${origin.log}/${partition}` }, startAfter, options, onRoom);
}

/** @param origin with the log as positions name it */
function workOf(origin: Beginning, startAfter: number, options: LanesOfPartitions, onRoom: () => void): PartitionWork {
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
      const offset = Number(message?.offset);
      // One that is finished was behind another that waited, so its position could not be committed.
      if (message === undefined) continue;
      if (origin.isFinished(offset)) lanes.skip(offset);
      else lanes.push(commandRecord(message, origin), offset);
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
    committedBeyond: '',
    get beyond() {
      return lanes.progressText(LONGEST_PROGRESS);
    },
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
