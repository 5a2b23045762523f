import type { Batch } from 'kafkajs';
import type { Beginning } from './origins.ts';
import type { BeginWork, PartitionWork } from './partition-work.ts';

/** What a member of the group can do about its reading. */
export interface Flow {
  pause(partitions: readonly number[]): void;
  resume(partitions: readonly number[]): void;
  /** Reading of the partition goes on at this offset, whatever the group has committed. */
  seek(partition: number, offset: number): void;
  /**
   * Commits where reading begins in partitions that have no position yet. Not for others: should the group meet meanwhile,
   * it may be done in the name of a later generation.
   *
   * @param begins the offset to be read next, by partition
   * @throws what the client throws
   */
  commitBegins(begins: ReadonlyMap<number, number>): Promise<void>;
}

/** A position that may be committed. */
export interface Due {
  readonly partition: number;
  readonly work: PartitionWork;
  /** The last finished record. */
  readonly offset: number;
  /** Name of the log that the offset counts in. */
  readonly log: string;
  /** What is finished beyond the offset. */
  readonly beyond: string;
}

/** The partitions that the group has given us, and the work on each. It outlives a member that has to be replaced. */
export interface Assignment {
  readonly partitions: readonly number[];
  /** The group has met: work on what we keep goes on, on what we lost it ends. */
  assign(partitions: readonly number[], flow: Flow): void;
  /**
   * Takes what was fetched.
   *
   * @param batch asked for since the group met: what comes of an earlier question is no place to begin, as there may be
   *   records before it
   * @param origin where it comes from
   * @returns whether it was taken, and reading may go on behind it
   */
  take(batch: Batch, origin: Beginning): boolean;
  /** There was nothing in the partition for us up to this offset. */
  passed(partition: number, offset: number): void;
  due(): Due[];
  /** Somebody else may have our partitions: what runs is told to stop and not waited for. */
  lose(): void;
  /** Takes nothing more; resolves when what runs has ended, or its time is up. Idempotent. */
  stop(): Promise<void>;
}

interface WorkOnLog {
  readonly work: PartitionWork;
  readonly log: string;
}

const NO_FLOW: Flow = { pause: () => {}, resume: () => {}, seek: () => {}, commitBegins: async () => {} };

/** @param stopMs how long what runs is waited for */
export function createAssignment(beginWork: BeginWork, stopMs: number): Assignment {
  let assigned: readonly number[] = [];
  let flow = NO_FLOW;
  let stopping = false;
  const works = new Map<number, WorkOnLog>();
  /** What was given up and still ends. */
  const ending = new Set<Promise<void>>();

  const giveUp = (partition: number, deadlineMs: number): void => {
    const given = works.get(partition);
    if (given === undefined) return;
    works.delete(partition);
    const ended = given.work.stop(deadlineMs).finally(() => ending.delete(ended));
    ending.add(ended);
  };

  const begin = (partition: number, startAfter: number, origin: Beginning): PartitionWork => {
    giveUp(partition, stopMs);
    const onRoom = (): void => {
      if (works.get(partition)?.work === work && !stopping) flow.resume([partition]);
    };
    const work = beginWork(partition, startAfter, onRoom, origin);
    works.set(partition, { work, log: origin.log });
    return work;
  };

  const workFor = (partition: number, first: number, origin: Beginning): PartitionWork => {
    const given = works.get(partition);
    const work = given?.log === origin.log ? given.work : undefined;
    if (work === undefined || isElsewhere(work, first)) return begin(partition, first - 1, origin);
    work.unproven = undefined;
    return work;
  };

  return {
    get partitions() {
      return assigned;
    },
    assign: (partitions, newFlow) => {
      assigned = partitions;
      flow = newFlow;
      for (const partition of [...works.keys()]) if (!partitions.includes(partition)) giveUp(partition, stopMs);
      for (const { work } of works.values()) work.unproven ??= work.committed;
      const full = partitions.filter((partition) => stopping || works.get(partition)?.work.hasRoom === false);
      flow.pause(full);
      flow.resume(partitions.filter((partition) => !full.includes(partition)));
    },
    take: (batch, origin) => {
      const { partition, messages } = batch;
      if (stopping || !assigned.includes(partition)) return false;
      const work = workFor(partition, Number(batch.firstOffset()), origin);
      work.take(messages);
      work.reached(Number(batch.lastOffset()));
      if (!work.hasRoom) flow.pause([partition]);
      return true;
    },
    passed: (partition, offset) => works.get(partition)?.work.reached(offset),
    due: () => {
      const due: Due[] = [];
      for (const [partition, { work, log }] of works) {
        const { done, beyond } = work;
        if (done > work.committed || beyond !== work.committedBeyond) {
          due.push({ partition, work, offset: done, log, beyond });
        }
      }
      return due;
    },
    lose: () => {
      assigned = [];
      for (const partition of [...works.keys()]) giveUp(partition, 0);
    },
    stop: async () => {
      stopping = true;
      flow.pause(assigned);
      await Promise.all([...[...works.values()].map(({ work }) => work.stop(stopMs)), ...ending]);
    },
  };
}

/**
 * Whether reading went on at another place than where this work stands. Before what we committed: the log or the position
 * was reset. Just after the group has met, behind what we can have committed: somebody else has worked here meanwhile.
 */
function isElsewhere(work: PartitionWork, first: number): boolean {
  if (work.unproven === undefined) return first <= work.committed;
  return first <= work.unproven || first > work.claimed + 1;
}
