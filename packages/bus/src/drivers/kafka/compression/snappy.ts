import { bounded } from './bounded.ts';
import { codecPackage } from './codec-package.ts';

/** Begins what the Java client writes, which cuts records into blocks of 32 KiB: magic, version, oldest compatible version. */
const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00, 0, 0, 0, 1, 0, 0, 0, 1]);
const XERIAL_MAGIC = XERIAL.subarray(0, 8);

const snappy = codecPackage<typeof import('snappy')>('snappy', 'snappy');

/** One block in the frame of the Java client, which every other client reads. */
export function compressSnappy(bytes: Buffer): Buffer {
  const block = snappy().compressSync(bytes);
  const length = Buffer.allocUnsafe(4);
  length.writeInt32BE(block.byteLength);
  return Buffer.concat([XERIAL, length, block]);
}

/** Reads what the Java client writes, and the bare block that others do. Throws for what is neither. */
export function decompressSnappy(bytes: Buffer): Buffer {
  if (!bytes.subarray(0, XERIAL_MAGIC.byteLength).equals(XERIAL_MAGIC)) {
    bounded(sizeOf(bytes));
    return uncompressed(bytes);
  }
  const blocks = blocksIn(bytes);
  bounded(blocks.reduce((sum, block) => sum + sizeOf(block), 0));
  return Buffer.concat(blocks.map(uncompressed));
}

function blocksIn(bytes: Buffer): Buffer[] {
  if (bytes.byteLength < XERIAL.byteLength) throw new RangeError('a frame of snappy ends too soon');
  const blocks: Buffer[] = [];
  for (let at = XERIAL.byteLength; at < bytes.byteLength; ) {
    const begin = at + 4;
    const end = begin + bytes.readInt32BE(at);
    if (end <= begin || end > bytes.byteLength) throw new RangeError('a block of snappy ends too soon');
    blocks.push(bytes.subarray(begin, end));
    at = end;
  }
  return blocks;
}

function uncompressed(block: Buffer): Buffer {
  const bytes = snappy().uncompressSync(block, { asBuffer: true });
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes);
}

/** A block begins with the size of what is in it, as a varint. */
function sizeOf(block: Buffer): number {
  let size = 0;
  for (let at = 0; at < 5; at++) {
    const byte = block.readUInt8(at);
    size += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) break;
  }
  return size;
}
