import { gzipSync } from 'node:zlib';
import { compressLz4 } from '../../../../src/drivers/kafka/compression/lz4.ts';
import { compressSnappy } from '../../../../src/drivers/kafka/compression/snappy.ts';
import { compressZstd } from '../../../../src/drivers/kafka/compression/zstd.ts';

/** What a record of a test says. */
export interface Written {
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

/** By the number in the attributes of a batch. */
const COMPRESS: Readonly<Record<number, (bytes: Buffer) => Buffer>> = {
  1: (bytes) => gzipSync(bytes),
  2: compressSnappy,
  3: compressLz4,
  4: compressZstd,
};

/** A batch of format 2, with what readers look at. */
export function batchBytes(
  base: number,
  records: readonly Written[],
  attributes = 0,
  newestMs = 1_700_000_000_000,
): Buffer {
  const plain = Buffer.concat(records.map(recordBytes));
  const content = COMPRESS[attributes & 7]?.(plain) ?? plain;
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
