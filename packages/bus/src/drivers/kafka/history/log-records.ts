import { JambusError } from '@jambus/schema';
import { decompressed, MissingPackage } from '../compression/index.ts';

/** What is wanted of a record in a log. */
export interface LogRecord {
  readonly offset: number;
  /** Undefined when it has none. */
  readonly key: string | undefined;
  /** A part of the bytes that were read. Undefined when it has none. */
  readonly value: Buffer | undefined;
  /** The first value of the header; undefined when it has none. */
  readonly header: (name: string) => string | undefined;
}

/** What was found in the bytes of a fetch. */
export interface LogPart {
  readonly records: readonly LogRecord[];
  /** Offset behind the last whole batch; undefined when there is none. */
  readonly next: number | undefined;
  /** Of the newest record, ms since the epoch. */
  readonly newestMs: number;
}

const BATCH_HEAD = 8 + 4;
const BATCH_OVERHEAD = 61;
const MAGIC = 2;
const COMPRESSION = 0x07;
const CONTROL = 0x20;

/**
 * Reads the record batches (format 2) of a fetch. What is cut off at the end is left out. Records for brokers only, as the
 * end of a transaction, are passed over, and so is a batch that cannot be decompressed: nobody knows what is in it.
 *
 * @throws JambusError `bad_config` for batches of before 0.11
 */
export function readLogPart(bytes: Buffer): LogPart {
  const records: LogRecord[] = [];
  let next: number | undefined;
  let newestMs = 0;
  for (let at = 0; at + BATCH_OVERHEAD <= bytes.byteLength; ) {
    const end = at + BATCH_HEAD + bytes.readInt32BE(at + 8);
    if (end > bytes.byteLength) break;
    const batch = bytes.subarray(at, end);
    if (batch.readInt8(16) !== MAGIC) throw new JambusError('bad_config', 'a topic has records of before Kafka 0.11');
    const base = Number(batch.readBigInt64BE(0));
    newestMs = Math.max(newestMs, Number(batch.readBigInt64BE(35)));
    next = base + batch.readInt32BE(23) + 1;
    if ((batch.readInt16BE(21) & CONTROL) === 0) readRecords(batch, base, records);
    at = end;
  }
  return { records, next, newestMs };
}

function readRecords(batch: Buffer, base: number, into: LogRecord[]): void {
  const content = contentOf(batch);
  if (content === undefined) return;
  const cursor = new Cursor(content);
  for (let left = batch.readInt32BE(57); left > 0; left--) {
    const end = cursor.varint() + cursor.at;
    cursor.at++; // attributes
    cursor.varint(); // time; wider than it is read, which does no harm
    const offset = base + cursor.varint();
    const key = cursor.bytes();
    const value = cursor.bytes();
    into.push({ offset, key: key?.toString(), value, header: headersFrom(cursor.rest(end)) });
    cursor.at = end;
  }
}

function contentOf(batch: Buffer): Buffer | undefined {
  try {
    return decompressed(batch.subarray(BATCH_OVERHEAD), batch.readInt16BE(21) & COMPRESSION);
  } catch (error) {
    if (error instanceof MissingPackage) throw error;
    return undefined;
  }
}

/** Headers are looked at when somebody asks. */
function headersFrom(bytes: Buffer): (name: string) => string | undefined {
  return (name) => {
    const cursor = new Cursor(bytes);
    for (let left = cursor.varint(); left > 0; left--) {
      const found = cursor.bytes()?.toString('latin1');
      const value = cursor.bytes();
      if (found === name) return value?.toString();
    }
    return undefined;
  };
}

class Cursor {
  at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** A whole number of up to 53 bits, with its sign in the last one. */
  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.#bytes[this.at++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** Undefined stands for null. */
  bytes(): Buffer | undefined {
    const length = this.varint();
    if (length < 0) return undefined;
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }

  rest(end: number): Buffer {
    return this.#bytes.subarray(this.at, end);
  }
}
