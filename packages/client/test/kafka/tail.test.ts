import type { Flow } from '@jambus/bus/kafka-group';
import { createInbox } from '../../src/kafka/inbox.ts';
import { tailAssignment } from '../../src/kafka/tail.ts';
import { batchOf } from './support/records.ts';

/** Partition 0 of a topic that ended before record 10 when reading began. */
function watched() {
  const inbox = createInbox();
  const flow: string[] = [];
  const flowOf = (life: string): Flow => ({
    pause: (partitions) => flow.push(...partitions.map((partition) => `${life} pause ${partition}`)),
    resume: (partitions) => flow.push(...partitions.map((partition) => `${life} resume ${partition}`)),
    seek: (partition, offset) => flow.push(`${life} seek ${partition} ${offset}`),
    commitBegins: async () => {},
  });
  const shelfOf = (onRoom: () => void) => inbox.openShelf(-1, onRoom);
  const assignment = tailAssignment({ from: new Map([[0, 10]]), shelfOf }, () => {});
  const taken = async (count: number): Promise<number[]> => {
    const offsets: number[] = [];
    while (offsets.length < count) offsets.push(Number((await inbox.next())?.message.offset));
    return offsets;
  };
  return { assignment, flowOf, flow, taken };
}

const ORIGIN = { log: 'log', freshFrom: 0, isFinished: () => false };

test('every life goes on where the former one broke off, and nothing comes twice', async () => {
  const { assignment, flowOf, flow, taken } = watched();
  assignment.assign([0], flowOf('first'));
  assignment.take(batchOf(10, 12), ORIGIN);
  assignment.lose();
  assignment.assign([0], flowOf('second'));
  assignment.take(batchOf(11, 14), ORIGIN);
  expect(flow).toEqual(['first seek 0 10', 'first resume 0', 'second seek 0 13', 'second resume 0']);
  expect(await taken(5)).toEqual([10, 11, 12, 13, 14]);
});

test('what was there before is not for us, also when the client hands it over', async () => {
  const { assignment, flowOf, taken } = watched();
  assignment.assign([0], flowOf('first'));
  // Passed over, and read on behind it.
  expect(assignment.take(batchOf(0, 9, { end: 11 }), ORIGIN)).toBe(true);
  assignment.take(batchOf(8, 10), ORIGIN);
  expect(await taken(1)).toEqual([10]);
});

test('control records move the place too', () => {
  const { assignment, flowOf, flow } = watched();
  assignment.passed(0, 10);
  assignment.assign([0], flowOf('first'));
  expect(flow[0]).toBe('first seek 0 11');
});

test('a topic that ends before our place has been made anew: everything in it is new', async () => {
  const { assignment, flowOf, flow, taken } = watched();
  assignment.assign([0], flowOf('first'));
  assignment.take(batchOf(0, 2), ORIGIN);
  assignment.assign([0], flowOf('second'));
  expect(await taken(3)).toEqual([0, 1, 2]);
  expect(flow).toContain('second seek 0 3');
});

test('a partition that is full is not read, in a new life neither, until there is room', async () => {
  const { assignment, flowOf, flow, taken } = watched();
  assignment.assign([0], flowOf('first'));
  assignment.take(batchOf(10, 13, { bytes: 100_000 }), ORIGIN);
  assignment.assign([0], flowOf('second'));
  expect(flow.splice(0)).toEqual([
    'first seek 0 10',
    'first resume 0',
    'first pause 0',
    'second seek 0 14',
    'second pause 0',
  ]);
  await taken(3);
  expect(flow).toEqual(['second resume 0']);
});
