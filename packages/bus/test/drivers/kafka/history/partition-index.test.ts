import type { LogRecord } from '../../../../src/drivers/kafka/history/log-records.ts';
import { createPartitionIndex } from '../../../../src/drivers/kafka/history/partition-index.ts';
import type { ReadPart } from '../../../../src/drivers/kafka/history/record-source.ts';

const MINUTE_MS = 60_000;
const RECORD_BYTES = 1_000;

interface Stored {
  readonly key: string;
  readonly value: string;
  readonly at: number;
}

/** A partition whose records are values under keys; the last value of a key is what is found. */
function partitionOf(records: Stored[], { low = 0, maxBytes = 1e9 } = {}) {
  const reads: [number, number][] = [];
  const read = async function* (from: number, to: number): AsyncGenerator<ReadPart, void, undefined> {
    reads.push([from, to]);
    for (let offset = from; offset < to; offset++) {
      const stored = records[offset];
      if (stored === undefined || offset < low) throw new Error(`there is no record ${offset}`);
      const record: LogRecord = { offset, key: stored.key, value: undefined, header: () => stored.value };
      yield { records: [record], newestMs: stored.at, bytes: RECORD_BYTES };
    }
  };
  const index = createPartitionIndex<string>({
    ends: async () => ({ low, high: records.length }),
    read,
    fold: (_, { header }) => header('value'),
    maxBytes,
  });
  const find = (key: string, sinceMs = 0, withinMs = 20_000) => index.find(key, sinceMs, performance.now() + withinMs);
  const recordsRead = () => reads.reduce((sum, [from, to]) => sum + to - from, 0);
  return { find, reads, recordsRead };
}

/** So many records, one a second, each of a key of its own. */
function fillers(count: number): Stored[] {
  return Array.from({ length: count }, (_, n) => ({ key: `other-${n}`, value: 'other', at: n * 1_000 }));
}

test('the last of a key is found, reading no further back than it takes', async () => {
  const records = [...fillers(20_000), { key: 'call', value: '1', at: 1 }, { key: 'call', value: '2', at: 2 }];
  const { find, recordsRead } = partitionOf([...records, ...fillers(100)]);
  expect(await find('call')).toBe('2');
  expect(recordsRead()).toBeLessThan(1_000);
});

test('all who ask at once share one reading, and so do those who ask next', async () => {
  const records = fillers(5_000);
  const { find, recordsRead } = partitionOf(records);
  const keys = records.map(({ key }) => key);
  expect(new Set(await Promise.all(keys.map((key) => find(key))))).toEqual(new Set(['other']));
  expect(await find('other-17')).toBe('other');
  expect(recordsRead()).toBe(5_000);
});

test('what was written since the last look is read first', async () => {
  const records = [...fillers(2_000), { key: 'call', value: '1', at: 1 }];
  const { find, recordsRead } = partitionOf(records);
  expect(await find('call')).toBe('1');
  const before = recordsRead();
  records.push({ key: 'call', value: '2', at: 2 });
  expect(await find('call')).toBe('2');
  expect(recordsRead()).toBe(before + 1);
});

test('nothing is looked for in what is older than asked, however wrong the clock of one publisher is', async () => {
  const records = fillers(10_000);
  records.splice(9_000, 0, { key: 'fast', value: '', at: Number.MAX_SAFE_INTEGER }, { key: 'slow', value: '', at: 1 });
  const { find, recordsRead } = partitionOf(records);
  expect(await find('other-8950', 8_950_000)).toBe('other');
  expect(await find('unknown', 9_500_000)).toBeUndefined();
  expect(recordsRead()).toBeLessThan(10_000);
});

test('a key without records is not there once all of the partition was read', async () => {
  const { find, recordsRead } = partitionOf(fillers(3_000), { low: 1_000 });
  expect(await find('unknown')).toBeUndefined();
  expect(await find('other-999')).toBeUndefined();
  expect(await find('other-1000')).toBe('other');
  expect(recordsRead()).toBe(2_000);
});

test('an empty partition has nothing', async () => {
  expect(await partitionOf([]).find('call')).toBeUndefined();
});

test('no more is read than so many bytes, nor longer than there is time', async () => {
  const bounded = partitionOf(fillers(50_000), { maxBytes: 1_000 * RECORD_BYTES });
  expect(await bounded.find('other-0')).toBeUndefined();
  expect(bounded.recordsRead()).toBeLessThan(10_000);
  const late = partitionOf(fillers(50_000));
  expect(await late.find('other-0', 0, -1)).toBeUndefined();
  expect(late.recordsRead()).toBeLessThan(1_000);
});

test('a failure is told to all who asked, and the next look begins anew', async () => {
  let fails = true;
  const index = createPartitionIndex<string>({
    ends: async () => ({ low: 0, high: 1 }),
    read: async function* () {
      if (fails) throw new Error('gone');
      yield {
        records: [{ offset: 0, key: 'call', value: undefined, header: () => 'x' }],
        newestMs: MINUTE_MS,
        bytes: 1,
      };
    },
    fold: (_, { header }) => header('value'),
    maxBytes: 1_000,
  });
  const until = performance.now() + 1_000;
  const asked = await Promise.allSettled([index.find('call', 0, until), index.find('other', 0, until)]);
  expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  fails = false;
  expect(await index.find('call', 0, until)).toBe('x');
});
