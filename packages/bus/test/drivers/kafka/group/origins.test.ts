import { createOrigins } from '../../../../src/drivers/kafka/group/origins.ts';

const batchOf = (highWatermark: number) => ({ partition: 0, highWatermark: String(highWatermark) });

test('nobody can have had what came after the first answer since we were given the partition', () => {
  const origins = createOrigins();
  origins.fetched(0, 'log', 10);
  origins.fetched(0, 'log', 25);
  expect(origins.originOf(batchOf(25), 'log')).toEqual({ log: 'log', freshFrom: 10 });
});

test('what was known before the group met does not count', () => {
  const origins = createOrigins();
  origins.fetched(0, 'log', 10);
  origins.met();
  origins.fetched(0, 'log', 20);
  expect(origins.originOf(batchOf(20), 'log')).toEqual({ log: 'log', freshFrom: 20 });
});

test('a batch has the log that it was fetched from, whatever the topic is by now', () => {
  const origins = createOrigins();
  origins.fetched(0, 'former', 10);
  expect(origins.originOf(batchOf(10), 'later')?.log).toBe('former');
});

test('what was fetched by name is of the log that is known, and of none when none is known', () => {
  const origins = createOrigins();
  expect(origins.originOf(batchOf(10), undefined)).toBeUndefined();
  expect(origins.originOf(batchOf(10), 'log')).toEqual({ log: 'log', freshFrom: 10 });
});
