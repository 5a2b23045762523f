import { readLogPart } from '../../../../src/drivers/kafka/history/log-records.ts';
import { batchBytes, type Written } from '../support/batch-bytes.ts';

const SOME: readonly Written[] = [
  { key: 'call-1', headers: { ce_epoch: '1', ce_sequence: '12' } },
  { key: null, headers: {} },
  { key: 'über', headers: { other: 'x'.repeat(300), ce_sequence: '13' } },
];

test('records of all whole batches are read, with their keys, values and headers', () => {
  const part = readLogPart(Buffer.concat([batchBytes(100, SOME), batchBytes(200, SOME.slice(0, 1), 0, 5)]));
  expect(part).toMatchObject({ next: 201, newestMs: 1_700_000_000_000 });
  expect(part.records.map(({ offset, key }) => [offset, key])).toEqual([
    [100, 'call-1'],
    [101, undefined],
    [102, 'über'],
    [200, 'call-1'],
  ]);
  expect(part.records.map(({ value }) => String(value))).toEqual(Array(4).fill('v'.repeat(200)));
  const sequences = part.records.map(({ header }) => header('ce_sequence'));
  expect(sequences).toEqual(['12', undefined, '13', '12']);
});

test('a batch that is cut off is left for the next fetch', () => {
  const bytes = Buffer.concat([batchBytes(100, SOME), batchBytes(103, SOME)]);
  expect(readLogPart(bytes.subarray(0, -1)).next).toBe(103);
  expect(readLogPart(bytes.subarray(0, 70))).toMatchObject({ records: [], next: undefined });
});

test('what the brokers tell each other is passed over', () => {
  const part = readLogPart(Buffer.concat([batchBytes(7, SOME.slice(0, 1), 0x20), batchBytes(8, SOME.slice(0, 1))]));
  expect(part.records.map(({ offset }) => offset)).toEqual([8]);
});

test.each([
  [1, 'gzip'],
  [2, 'snappy'],
  [3, 'lz4'],
  [4, 'zstd'],
])('compression %s, %s, is read', (type) => {
  expect(readLogPart(batchBytes(1, SOME, type)).records.map(({ key }) => key)).toEqual(['call-1', undefined, 'über']);
});

test('a batch that cannot be decompressed is passed over, and those behind it are read', () => {
  const spoilt = batchBytes(7, SOME, 4);
  spoilt.fill(0xff, 70);
  const part = readLogPart(Buffer.concat([spoilt, batchBytes(10, SOME.slice(0, 1))]));
  expect([part.records.map(({ offset }) => offset), part.next]).toEqual([[10], 11]);
});
