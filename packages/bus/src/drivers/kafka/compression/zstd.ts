import { bounded } from './bounded.ts';
import { codecPackage } from './codec-package.ts';

/** What the format takes for granted when nothing else is said. */
const LEVEL = 3;
const MAGIC = 0xfd2fb528;
const LARGEST_BLOCK = 128 * 1024;
const RUN = 1;

type Zstd = typeof import('@toondepauw/node-zstd');
type Coders = ReturnType<typeof codersOf>;

const zstd = codecPackage<Zstd>('zstd', '@toondepauw/node-zstd');
let made: Coders | undefined;

function codersOf({ Encoder, Decoder }: Zstd) {
  return { encoder: new Encoder(LEVEL), decoder: new Decoder() };
}

function coders(): Coders {
  made ??= codersOf(zstd());
  return made;
}

export function compressZstd(bytes: Buffer): Buffer {
  return coders().encoder.encodeSync(bytes);
}

/** Throws for what is no frame of Zstandard. */
export function decompressZstd(bytes: Buffer): Buffer {
  bounded(mostBytesIn(bytes));
  return coders().decoder.decodeSync(bytes);
}

/** What the blocks of the frames can have at most (RFC 8878): a run of one byte is as large as it says, others at most 128 KiB. */
function mostBytesIn(bytes: Buffer): number {
  let most = 0;
  let at = 0;
  while (at + 5 <= bytes.byteLength && bytes.readUInt32LE(at) === MAGIC) {
    const flags = bytes.readUInt8(at + 4);
    const isSingleSegment = (flags & 0x20) !== 0;
    const dictionaryBytes = [0, 1, 2, 4][flags & 0x03] ?? 0;
    const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][flags >> 6] ?? 0;
    at += 5 + (isSingleSegment ? 0 : 1) + dictionaryBytes + sizeBytes;
    for (let isLast = false; !isLast; ) {
      const head = bytes.readUIntLE(at, 3);
      isLast = (head & 1) === 1;
      const isRun = ((head >> 1) & 3) === RUN;
      const size = head >> 3;
      at += 3 + (isRun ? 1 : size);
      most += isRun ? size : LARGEST_BLOCK;
    }
    if ((flags & 0x04) !== 0) at += 4;
  }
  return most;
}
