import type { JambusError } from '@jambus/schema';
import type { OffsetsByTopicPartition } from 'kafkajs';
import type { Assignment, Due } from '../../../../src/drivers/kafka/group/assignment.ts';
import { offsetCommits } from '../../../../src/drivers/kafka/group/offset-commits.ts';
import type { PartitionWork } from '../../../../src/drivers/kafka/group/partition-work.ts';

const refusal = (type: string) => Object.assign(new Error(type), { name: 'KafkaJSProtocolError', type });

/** One partition whose work is done up to `done`. */
function scene(done: number, held = true) {
  const work: PartitionWork = {
    done,
    committed: 4,
    claimed: 4,
    unproven: undefined,
    hasRoom: true,
    take: () => {},
    reached: () => {},
    stop: async () => {},
  };
  const due = (): Due[] =>
    work.done > work.committed ? [{ partition: 3, work, offset: work.done, log: 'somelog' }] : [];
  const assignment: Pick<Assignment, 'due'> = { due };
  const troubles: JambusError[] = [];
  const commits = offsetCommits(
    'jambonz.commands',
    assignment,
    () => held,
    (error) => troubles.push(error),
  );
  return { work, commits, troubles };
}

test('what is done is committed as the next offset to read, with the name of its log, once', async () => {
  const { work, commits } = scene(9);
  const asked: (OffsetsByTopicPartition | undefined)[] = [];
  commits.by(async (offsets) => void asked.push(offsets));
  await commits.commit();
  await commits.commit();
  const partitions = [{ partition: 3, offset: '10', metadata: 'somelog' }];
  expect(asked).toEqual([{ topics: [{ topic: 'jambonz.commands', partitions }] }]);
  expect(work).toMatchObject({ committed: 9, claimed: 9 });
});

test('what the group refuses because it has met again is no trouble, and is not taken for committed', async () => {
  const { work, commits, troubles } = scene(9);
  commits.by(() => Promise.reject(refusal('ILLEGAL_GENERATION')));
  await commits.commit();
  expect(troubles).toEqual([]);
  // It may have been written for all we know.
  expect(work).toMatchObject({ committed: 4, claimed: 9 });
});

test('another failure is reported, and the next attempt waits a little', async () => {
  const { commits, troubles } = scene(9);
  let attempts = 0;
  commits.by(() => {
    attempts++;
    return Promise.reject(refusal('REQUEST_TIMED_OUT'));
  });
  await commits.commit();
  await commits.commit();
  expect(attempts).toBe(1);
  expect(troubles).toMatchObject([{ code: 'bus_unavailable', message: 'committing: REQUEST_TIMED_OUT' }]);
});

test('at the end it is offered again until the group takes it', async () => {
  const { work, commits } = scene(9);
  let attempts = 0;
  commits.by(() => (++attempts < 3 ? Promise.reject(refusal('REBALANCE_IN_PROGRESS')) : Promise.resolve()));
  await commits.finish();
  expect(attempts).toBe(3);
  expect(work.committed).toBe(9);
});

test('nothing is committed by who may have been replaced, not even at the end', async () => {
  const { work, commits } = scene(9, false);
  let attempts = 0;
  commits.by(async () => void attempts++);
  await commits.commit();
  await commits.finish();
  expect(attempts).toBe(0);
  expect(work.committed).toBe(4);
});
