import type { Batch, KafkaMessage } from 'kafkajs';
import { type Assignment, createAssignment, type Flow } from '../../../../src/drivers/kafka/group/assignment.ts';
import type { Beginning } from '../../../../src/drivers/kafka/group/origins.ts';
import { lanesWork } from '../../../../src/drivers/kafka/lanes-work.ts';
import { type CommandHandler, DEFAULT_LANES_SETTINGS, type Outcome } from '../../../../src/index.ts';
import { readProgress } from '../../../../src/lanes/index.ts';
import { ALONE } from '../../../support/alone.ts';
import { settled } from '../../../support/eventually.ts';
import { gate } from '../../../support/gate.ts';

const DONE: Outcome = { kind: 'done' };
const LOG = 'oldlog';
const ORIGIN: Beginning = { log: LOG, freshFrom: 0, isFinished: () => false };

function messageOf(offset: number): KafkaMessage {
  const value = Buffer.from('{}');
  return {
    key: Buffer.from(`call-${offset}`),
    value,
    timestamp: '1',
    attributes: 0,
    offset: String(offset),
    headers: {},
  };
}

/** A batch of a partition with the records `first` to `last`. */
function batchOf(partition: number, first: number, last: number): Batch {
  const messages = Array.from({ length: last - first + 1 }, (_, n) => messageOf(first + n));
  const [firstOffset, lastOffset] = [String(first), String(last)];
  return {
    topic: 'jambonz.commands',
    partition,
    messages,
    highWatermark: '1000',
    isEmpty: () => false,
    firstOffset: () => firstOffset,
    lastOffset: () => lastOffset,
    offsetLag: () => '0',
    offsetLagLow: () => '0',
  };
}

interface Watched {
  readonly assignment: Assignment;
  readonly handled: string[];
  readonly flowing: Set<number>;
  /** The group meets, and gives us these. */
  meet(...partitions: number[]): void;
  /** Everything due is committed; returns it as `partition: offset`. */
  commit(): Record<number, number>;
}

function watched(handler: CommandHandler = async () => DONE, maxUnfinished = 100): Watched {
  const handled: string[] = [];
  const flowing = new Set<number>();
  const flow: Flow = {
    pause: (partitions) => {
      for (const partition of partitions) flowing.delete(partition);
    },
    resume: (partitions) => {
      for (const partition of partitions) flowing.add(partition);
    },
    seek: () => {},
    commitBegins: async () => {},
  };
  const lanes = {
    handler: (record: Parameters<CommandHandler>[0], signal: AbortSignal) => {
      const position = record.position.replace(`${LOG}/`, '');
      handled.push(position);
      return handler({ ...record, position }, signal, ALONE);
    },
    publishDeadLetter: async () => {},
    channelName: 'jambonz.commands',
    onTrouble: () => {},
    settings: { ...DEFAULT_LANES_SETTINGS, limits: { ...DEFAULT_LANES_SETTINGS.limits, maxUnfinished } },
  };
  const assignment = createAssignment(lanesWork(lanes), 1_000);
  return {
    assignment,
    handled,
    flowing,
    meet: (...partitions) => assignment.assign(partitions, flow),
    commit: () => {
      const committed: Record<number, number> = {};
      for (const { partition, work, offset, beyond } of assignment.due()) {
        work.committedBeyond = beyond;
        if (offset === work.committed) continue;
        work.claimed = offset;
        work.committed = offset;
        committed[partition] = offset;
      }
      return committed;
    },
  };
}

/** Finishes nothing but the records of these positions. */
function finishing(...positions: string[]): CommandHandler {
  const never = new Promise<Outcome>(() => {});
  return async ({ position }) => (positions.includes(position) ? DONE : never);
}

test('what is fetched again after the group has met is not handled again', async () => {
  const { assignment, handled, meet, commit } = watched(finishing('0/10'));
  meet(0);
  assignment.take(batchOf(0, 10, 12), ORIGIN);
  await settled();
  expect(commit()).toEqual({ 0: 10 });
  meet(0);
  assignment.take(batchOf(0, 11, 13), ORIGIN);
  await settled();
  expect(handled).toEqual(['0/10', '0/11', '0/12', '0/13']);
});

test('behind what we have committed, somebody else has worked: the work begins anew there', async () => {
  const told: boolean[] = [];
  const { assignment, handled, meet, commit } = watched(async (_, signal) => {
    signal.addEventListener('abort', () => told.push(true));
    return new Promise<Outcome>(() => {});
  });
  meet(0);
  assignment.take(batchOf(0, 10, 11), ORIGIN);
  meet(0);
  assignment.take(batchOf(0, 20, 20), ORIGIN);
  expect(handled).toEqual(['0/10', '0/11', '0/20']);
  expect(told).toEqual([true, true]);
  await settled();
  expect(commit()).toEqual({});
});

test('before what we have committed, the log was made anew: all of it is handled', async () => {
  const { assignment, handled, meet, commit } = watched();
  meet(0);
  assignment.take(batchOf(0, 10, 12), ORIGIN);
  await settled();
  expect(commit()).toEqual({ 0: 12 });
  assignment.take(batchOf(0, 0, 1), ORIGIN);
  await settled();
  expect(handled.slice(3)).toEqual(['0/0', '0/1']);
  expect(commit()).toEqual({ 0: 1 });
});

test('a commit whose answer was lost is no sign of somebody else', async () => {
  const { assignment, handled, meet } = watched(finishing('0/10', '0/11'));
  meet(0);
  assignment.take(batchOf(0, 10, 13), ORIGIN);
  await settled();
  for (const { work, offset } of assignment.due()) work.claimed = offset;
  meet(0);
  assignment.take(batchOf(0, 12, 14), ORIGIN);
  expect(handled).toEqual(['0/10', '0/11', '0/12', '0/13', '0/14']);
});

test('what belongs to others is neither taken nor committed, and comes back as new', async () => {
  const { assignment, handled, meet, commit } = watched();
  meet(0, 1);
  for (const partition of [0, 1]) assignment.take(batchOf(partition, 10, 11), ORIGIN);
  await settled();
  meet(1);
  expect(assignment.take(batchOf(0, 12, 12), ORIGIN)).toBe(false);
  expect(commit()).toEqual({ 1: 11 });
  meet(0, 1);
  assignment.take(batchOf(0, 11, 11), ORIGIN);
  await settled();
  expect(handled.filter((position) => position === '0/11')).toHaveLength(2);
  expect(commit()).toEqual({ 0: 11 });
});

test('a partition without room is paused alone, takes what was fetched as there is room, and then flows again', async () => {
  const gates = Array.from({ length: 5 }, () => gate<Outcome>());
  const { assignment, handled, flowing, meet } = watched(({ position }) => {
    const [partition, offset] = position.split('/').map(Number);
    return partition === 0 ? (gates[offset ?? 0]?.promise ?? Promise.resolve(DONE)) : Promise.resolve(DONE);
  }, 2);
  meet(0, 1);
  assignment.take(batchOf(0, 0, 4), ORIGIN);
  expect(handled).toEqual(['0/0', '0/1']);
  expect([...flowing]).toEqual([1]);
  meet(0, 1);
  expect([...flowing]).toEqual([1]);
  for (const held of gates) {
    held.open(DONE);
    await settled();
  }
  expect(handled).toEqual(['0/0', '0/1', '0/2', '0/3', '0/4']);
  expect([...flowing].sort()).toEqual([0, 1]);
});

test('what is fetched again while some of it waits for room is handled once, in order', async () => {
  const held = gate<Outcome>();
  const { assignment, handled, meet } = watched(() => held.promise, 2);
  meet(0);
  assignment.take(batchOf(0, 10, 14), ORIGIN);
  meet(0);
  assignment.take(batchOf(0, 10, 16), ORIGIN);
  held.open(DONE);
  await settled();
  expect(handled).toEqual([10, 11, 12, 13, 14, 15, 16].map((offset) => `0/${offset}`));
});

test('what comes while something before it waits for room is handled after it', async () => {
  const held = gate<Outcome>();
  const { assignment, handled, meet } = watched(() => held.promise, 2);
  meet(0);
  assignment.take(batchOf(0, 10, 13), ORIGIN);
  assignment.take(batchOf(0, 14, 15), ORIGIN);
  held.open(DONE);
  await settled();
  expect(handled).toEqual([10, 11, 12, 13, 14, 15].map((offset) => `0/${offset}`));
});

test('what is not for readers is passed over once all before it is finished, and leaves no lag', async () => {
  const held = gate<Outcome>();
  const { assignment, meet, commit } = watched(() => held.promise);
  meet(0);
  assignment.take(batchOf(0, 10, 11), ORIGIN);
  assignment.passed(0, 12);
  expect(commit()).toEqual({});
  held.open(DONE);
  await settled();
  expect(commit()).toEqual({ 0: 12 });
});

test('when others may have our partitions, what runs is told to stop and nothing more is taken or committed', async () => {
  const held = gate<Outcome>();
  let told = false;
  const { assignment, meet, commit } = watched((_, signal) => {
    signal.addEventListener('abort', () => {
      told = true;
    });
    return held.promise;
  });
  meet(0);
  assignment.take(batchOf(0, 10, 11), ORIGIN);
  assignment.lose();
  expect(told).toBe(true);
  held.open(DONE);
  await settled();
  expect(commit()).toEqual({});
  expect(assignment.take(batchOf(0, 12, 12), ORIGIN)).toBe(false);
  expect(assignment.partitions).toEqual([]);
});

test('a stop waits for what runs, which may then be committed, and takes nothing more', async () => {
  const held = gate<Outcome>();
  const { assignment, flowing, meet, commit } = watched(() => held.promise);
  meet(0);
  assignment.take(batchOf(0, 10, 10), ORIGIN);
  const stopping = assignment.stop();
  expect([...flowing]).toEqual([]);
  expect(assignment.take(batchOf(0, 11, 11), ORIGIN)).toBe(false);
  held.open(DONE);
  await stopping;
  expect(commit()).toEqual({ 0: 10 });
});

test('what a former owner has finished behind a record that waits is not handled again, and is committed as finished', async () => {
  const { assignment, handled, meet } = watched(finishing('0/13'));
  meet(0);
  // Of 10 to 14 it had finished 11 and 12.
  const origin: Beginning = { ...ORIGIN, isFinished: (offset) => offset === 11 || offset === 12 };
  assignment.take(batchOf(0, 10, 14), origin);
  await settled();
  expect(handled).toEqual(['0/10', '0/13', '0/14']);
  const [due] = assignment.due();
  const isFinished = readProgress(9, due?.beyond ?? '');
  expect([10, 11, 12, 13, 14, 15].map(isFinished)).toEqual([false, true, true, true, false, false]);
});
