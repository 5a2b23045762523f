import { gunzipSync, gzipSync } from 'node:zlib';
import kafkajs from 'kafkajs';
import { MOST_DECOMPRESSED_BYTES } from './bounded.ts';
import type { KafkaCompression } from './compressions.ts';
import { compressLz4, decompressLz4 } from './lz4.ts';
import { compressSnappy, decompressSnappy } from './snappy.ts';
import { compressZstd, decompressZstd } from './zstd.ts';

interface Codec {
  readonly compress: (bytes: Buffer) => Buffer;
  /** Throws for what cannot be decompressed, and for what would be too large. */
  readonly decompress: (bytes: Buffer) => Buffer;
}

/** By the number in the attributes of a batch, which is also the client's. None of them is asynchronous: batches are small. */
const CODECS: Readonly<Record<number, Codec>> = {
  [kafkajs.CompressionTypes.GZIP]: {
    compress: (bytes) => gzipSync(bytes),
    decompress: (bytes) => gunzipSync(bytes, { maxOutputLength: MOST_DECOMPRESSED_BYTES }),
  },
  [kafkajs.CompressionTypes.Snappy]: { compress: compressSnappy, decompress: decompressSnappy },
  [kafkajs.CompressionTypes.LZ4]: { compress: compressLz4, decompress: decompressLz4 },
  [kafkajs.CompressionTypes.ZSTD]: { compress: compressZstd, decompress: decompressZstd },
};

/** What the client knows by itself is gzip, and that without a bound. */
export function teachCodecs(): void {
  const taught: Record<number, () => unknown> = kafkajs.CompressionCodecs;
  for (const [type, { compress, decompress }] of Object.entries(CODECS)) {
    taught[Number(type)] = () => ({
      compress: async ({ buffer }: { readonly buffer: Buffer }) => compress(buffer),
      decompress: async (bytes: Buffer) => decompress(bytes),
    });
  }
}

/** @param type the number in the attributes of a batch; 0 is none. @throws RangeError when there is no such */
export function compressed(bytes: Buffer, type: number): Buffer {
  return type === kafkajs.CompressionTypes.None ? bytes : codecOf(type).compress(bytes);
}

/** @throws MissingPackage, a JambusError `bad_config`, when the package of the compression is not installed */
export function checkInstalled(compression: KafkaCompression): void {
  compressed(Buffer.alloc(0), typeOfCompression(compression));
}

/**
 * @param type the number in the attributes of a batch; 0 is none
 * @throws Error when it is not compressed by that, or is too large
 */
export function decompressed(bytes: Buffer, type: number): Buffer {
  return type === kafkajs.CompressionTypes.None ? bytes : codecOf(type).decompress(bytes);
}

function codecOf(type: number): Codec {
  const codec = CODECS[type];
  if (codec === undefined) throw new RangeError(`there is no compression ${type}`);
  return codec;
}

/** The number by which the client knows a compression. */
export function typeOfCompression(compression: KafkaCompression): kafkajs.CompressionTypes {
  const { None, GZIP, Snappy, LZ4, ZSTD } = kafkajs.CompressionTypes;
  return { none: None, gzip: GZIP, snappy: Snappy, lz4: LZ4, zstd: ZSTD }[compression];
}
