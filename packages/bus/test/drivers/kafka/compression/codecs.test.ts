import { deflateRawSync, gzipSync } from 'node:zlib';
import kafkajs from 'kafkajs';
import { compressSync } from 'snappy';
import { decompressed, teachCodecs } from '../../../../src/drivers/kafka/compression/index.ts';
import { compressLz4 } from '../../../../src/drivers/kafka/compression/lz4.ts';
import { compressSnappy } from '../../../../src/drivers/kafka/compression/snappy.ts';
import { compressZstd } from '../../../../src/drivers/kafka/compression/zstd.ts';

const { GZIP, Snappy, LZ4, ZSTD } = kafkajs.CompressionTypes;
const TEXT = Buffer.from(
  JSON.stringify({ type: 'command', command: 'redirect', data: [{ verb: 'pause' }] }).repeat(900),
);
const TOO_LARGE = Buffer.alloc(64 * 1024 * 1024 + 1);

const ALL = [
  ['gzip', GZIP, (bytes: Buffer) => gzipSync(bytes)],
  ['snappy', Snappy, compressSnappy],
  ['lz4', LZ4, compressLz4],
  ['zstd', ZSTD, compressZstd],
] as const;

test.each(ALL)('%s: what is compressed is smaller, and comes back', (_, type, compress) => {
  const bytes = compress(TEXT);
  expect(bytes.byteLength).toBeLessThan(TEXT.byteLength / 4);
  expect(decompressed(bytes, type).equals(TEXT)).toBe(true);
  expect(decompressed(compress(Buffer.alloc(0)), type)).toHaveLength(0);
});

test.each(ALL)('%s: the client is taught it', async (_, type, compress) => {
  teachCodecs();
  const codec = Object.entries(kafkajs.CompressionCodecs).find(([name]) => Number(name) === type)?.[1]();
  expect(await codec?.decompress(compress(TEXT))).toEqual(TEXT);
  expect(decompressed((await codec?.compress({ buffer: TEXT })) ?? Buffer.alloc(0), type).equals(TEXT)).toBe(true);
});

test.each(ALL)('%s: what stands for too much is refused before it fills the memory', (_, type, compress) => {
  const bytes = compress(TOO_LARGE);
  expect(bytes.byteLength).toBeLessThan(8 * 1024 * 1024);
  const before = process.memoryUsage.rss();
  expect(() => decompressed(bytes, type)).toThrow(/allowed|larger than/);
  if (type !== GZIP) expect(process.memoryUsage.rss() - before).toBeLessThan(TOO_LARGE.byteLength / 2);
});

test.each(ALL)('%s: what is cut off or something else is refused', (_, type, compress) => {
  const bytes = compress(TEXT);
  for (const wrong of [bytes.subarray(0, -20), bytes.subarray(0, 10), deflateRawSync(TEXT)]) {
    expect(() => decompressed(wrong, type)).toThrow();
  }
});

test('snappy is also read as others write it, in one block without a frame', () => {
  expect(decompressed(compressSync(TEXT), Snappy).equals(TEXT)).toBe(true);
  // Several blocks, as the Java client writes them.
  const [first, second] = [compressSnappy(TEXT), compressSnappy(TEXT)];
  expect(decompressed(Buffer.concat([first, second.subarray(16)]), Snappy)).toHaveLength(2 * TEXT.byteLength);
});

test('nothing is done to what is not compressed, and a compression of the future is refused', () => {
  expect(decompressed(TEXT, 0)).toBe(TEXT);
  expect(() => decompressed(TEXT, 5)).toThrow(/no compression 5/);
});
