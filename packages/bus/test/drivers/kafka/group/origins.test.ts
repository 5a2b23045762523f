import { createOrigins } from '../../../../src/drivers/kafka/group/origins.ts';

const batchOf = (highWatermark: number) => ({ partition: 0, highWatermark: String(highWatermark) });

test('nobody can have had what came after the first answer since we were given the partition', () => {
  const origins = createOrigins();
  origins.fetched(0, 'log', 10, true);
  origins.fetched(0, 'log', 25, true);
  expect(origins.originOf(batchOf(25), 'log', true)).toEqual({ log: 'log', freshFrom: 10 });
});

test('an answer to what was asked before the group met tells nothing about that', () => {
  const origins = createOrigins();
  origins.fetched(0, 'log', 10, true);
  origins.met();
  origins.fetched(0, 'log', 12, false);
  expect(origins.originOf(batchOf(12), 'log', false)).toEqual({ log: 'log', freshFrom: Number.POSITIVE_INFINITY });
  origins.fetched(0, 'log', 20, true);
  expect(origins.originOf(batchOf(20), 'log', true)).toEqual({ log: 'log', freshFrom: 20 });
});

test('a batch has the log that it was fetched from, whatever the topic is by now', () => {
  const origins = createOrigins();
  origins.fetched(0, 'former', 10, true);
  expect(origins.originOf(batchOf(10), 'later', true)?.log).toBe('former');
});

test('what was fetched by name is of the log that is known, and of none when none is known', () => {
  const origins = createOrigins();
  expect(origins.originOf(batchOf(10), undefined, true)).toBeUndefined();
  expect(origins.originOf(batchOf(10), 'log', true)).toEqual({ log: 'log', freshFrom: 10 });
});
