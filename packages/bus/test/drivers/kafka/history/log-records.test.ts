import { gzipSync } from 'node:zlib';
import { readLogPart } from '../../../../src/drivers/kafka/history/log-records.ts';

interface Written {
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value < 0 ? -value * 2 - 1 : value * 2;
  for (; left >= 0x80; left = Math.floor(left / 0x80)) bytes.push((left % 0x80) + 0x80);
  return Buffer.from([...bytes, left]);
}

const sized = (text: string | null) =>
  text === null ? varint(-1) : Buffer.concat([varint(Buffer.byteLength(text)), Buffer.from(text)]);

function recordBytes({ key, headers }: Written, delta: number): Buffer {
  const pairs = Object.entries(headers).flatMap(([name, value]) => [sized(name), sized(value)]);
  const body = [Buffer.from([0]), varint(5_000_000_000), varint(delta), sized(key), sized('v'.repeat(200))];
  const bytes = Buffer.concat([...body, varint(pairs.length / 2), ...pairs]);
  return Buffer.concat([varint(bytes.byteLength), bytes]);
}

/** A batch of format 2, with what readers look at. */
function batchBytes(base: number, records: readonly Written[], attributes = 0, newestMs = 1_700_000_000_000): Buffer {
  const plain = Buffer.concat(records.map(recordBytes));
  const content = (attributes & 7) === 1 ? gzipSync(plain) : plain;
  const head = Buffer.alloc(61);
  head.writeBigInt64BE(BigInt(base), 0);
  head.writeInt32BE(49 + content.byteLength, 8);
  head.writeInt8(2, 16);
  head.writeInt16BE(attributes, 21);
  head.writeInt32BE(records.length - 1, 23);
  head.writeBigInt64BE(BigInt(newestMs), 35);
  head.writeInt32BE(records.length, 57);
  return Buffer.concat([head, content]);
}

const SOME: readonly Written[] = [
  { key: 'call-1', headers: { ce_epoch: '1', ce_sequence: '12' } },
  { key: null, headers: {} },
  { key: 'über', headers: { other: 'x'.repeat(300), ce_sequence: '13' } },
];

test('records of all whole batches are read, with their keys and headers', () => {
  const part = readLogPart(Buffer.concat([batchBytes(100, SOME), batchBytes(200, SOME.slice(0, 1), 0, 5)]));
  expect(part).toMatchObject({ next: 201, newestMs: 1_700_000_000_000 });
  expect(part.records.map(({ offset, key }) => [offset, key])).toEqual([
    [100, 'call-1'],
    [101, undefined],
    [102, 'über'],
    [200, 'call-1'],
  ]);
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

test('gzip is read; other compression is named', () => {
  expect(readLogPart(batchBytes(1, SOME, 1)).records).toHaveLength(3);
  expect(() => readLogPart(batchBytes(1, SOME, 4))).toThrow(/compressed by other means/);
});
