import { bounded } from './bounded.ts';
import { codecPackage } from './codec-package.ts';

const MAGIC = 0x184d2204;
const HEAD_BYTES = 4 + 2 + 1;
const HAS_BLOCK_CHECKSUMS = 0x10;
const HAS_CONTENT_SIZE = 0x08;
const HAS_DICTIONARY = 0x01;

const lz4 = codecPackage<typeof import('lz4-napi')>('lz4', 'lz4-napi');

export function compressLz4(bytes: Buffer): Buffer {
  return lz4().compressFrameSync(bytes);
}

/** Throws for what is no frame of LZ4. */
export function decompressLz4(bytes: Buffer): Buffer {
  bounded(mostBytesIn(bytes));
  return lz4().decompressFrameSync(bytes);
}

/** What the blocks of the frames can have at most (LZ4 frame format 1.6.4): the client would take all that is claimed. */
function mostBytesIn(bytes: Buffer): number {
  let most = 0;
  let at = 0;
  while (at + HEAD_BYTES <= bytes.byteLength && bytes.readUInt32LE(at) === MAGIC) {
    const flags = bytes.readUInt8(at + 4);
    const blockBytes = 2 ** (8 + 2 * ((bytes.readUInt8(at + 5) >> 4) & 0x07));
    const checksumBytes = (flags & HAS_BLOCK_CHECKSUMS) === 0 ? 0 : 4;
    at += HEAD_BYTES + ((flags & HAS_CONTENT_SIZE) === 0 ? 0 : 8) + ((flags & HAS_DICTIONARY) === 0 ? 0 : 4);
    for (let size = 1; size !== 0; ) {
      // The highest bit says that the block is as it was.
      size = bytes.readUInt32LE(at) & 0x7fffffff;
      at += 4 + (size === 0 ? 0 : size + checksumBytes);
      // The shortest codes stand for 255 bytes each.
      most += Math.min(blockBytes, size * 255);
    }
    if ((flags & 0x04) !== 0) at += 4;
  }
  return most;
}
