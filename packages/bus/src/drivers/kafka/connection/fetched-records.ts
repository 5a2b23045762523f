import type { KafkaMessage } from 'kafkajs';
import { decompressed } from '../compression/index.ts';

const LENGTH_AT = 8;
/** Of a batch: its first offset and its length. */
const HEAD_BYTES = 8 + 4;
const OVERHEAD_BYTES = 61;
/** What the client wants to see of a batch before it looks at it. */
const LEAST_BYTES = 49;
const AT = {
  leaderEpoch: 12,
  magic: 16,
  attributes: 21,
  lastOffsetDelta: 23,
  firstTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  firstSequence: 53,
  count: 57,
} as const;
const MAGIC = 2;
const COMPRESSION = 0x07;
const LOG_APPEND_TIME = 0x08;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;

type Headers = Record<string, Buffer | Buffer[]>;

const NO_HEADERS: Readonly<Headers> = Object.freeze(Object.create(null));

/**
 * The records of a partition in the answer to a fetch, as the client decodes them, without an object for each of their parts.
 * Keys, values and headers are views. The client takes time that grows with the square of the headers of a record, unless it is
 * patched as it is in this repository.
 *
 * @param records batches of format 2; the last one may be cut off and comes again
 * @returns undefined for what is not common (what brokers write about transactions, another format) or not as it should be:
 *   that is the client's to decode
 */
export function fetchedRecords(records: Buffer): KafkaMessage[] | undefined {
  const messages: KafkaMessage[] = [];
  if (records.byteLength > 0 && records.byteLength < LEAST_BYTES) return undefined;
  for (let at = 0; records.byteLength - at >= LEAST_BYTES; ) {
    const end = at + HEAD_BYTES + records.readInt32BE(at + LENGTH_AT);
    if (records.readInt8(at + AT.magic) !== MAGIC || end < at + OVERHEAD_BYTES) return undefined;
    if (end > records.byteLength) break;
    if (!readBatch(records.subarray(at, end), messages)) return undefined;
    at = end;
  }
  return messages;
}

/** Adds the records of one batch. @returns false when that is the client's to do */
function readBatch(batch: Buffer, messages: KafkaMessage[]): boolean {
  const attributes = batch.readInt16BE(AT.attributes);
  if ((attributes & CONTROL) !== 0) return false;
  const base = Number(batch.readBigInt64BE(0));
  const first = Number(batch.readBigInt64BE(AT.firstTimestamp));
  const newest = String(batch.readBigInt64BE(AT.maxTimestamp));
  const isAppendTime = (attributes & LOG_APPEND_TIME) !== 0;
  if (!Number.isSafeInteger(base) || !Number.isSafeInteger(first)) return false;
  const batchContext = {
    firstOffset: String(base),
    firstTimestamp: String(first),
    partitionLeaderEpoch: batch.readInt32BE(AT.leaderEpoch),
    inTransaction: (attributes & TRANSACTIONAL) !== 0,
    isControlBatch: false,
    lastOffsetDelta: batch.readInt32BE(AT.lastOffsetDelta),
    producerId: String(batch.readBigInt64BE(AT.producerId)),
    producerEpoch: batch.readInt16BE(AT.producerEpoch),
    firstSequence: batch.readInt32BE(AT.firstSequence),
    maxTimestamp: newest,
    timestampType: isAppendTime ? 1 : 0,
    magicByte: MAGIC,
  };
  const count = batch.readInt32BE(AT.count);
  if (count < 0) return false;
  const content = contentOf(batch.subarray(OVERHEAD_BYTES), count, attributes & COMPRESSION);
  if (content === undefined) return false;
  const reader = new RecordReader(content);
  for (let left = count; left > 0; left--) {
    const end = reader.varint() + reader.at;
    const recordAttributes = reader.int8();
    const timestamp = first + reader.varlong();
    const offset = String(base + reader.varint());
    const key = reader.bytes();
    const value = reader.bytes();
    const headers = reader.headers();
    if (reader.isBroken || reader.at !== end || !Number.isSafeInteger(timestamp)) return false;
    const message = {
      magicByte: MAGIC,
      attributes: recordAttributes,
      timestamp: isAppendTime ? newest : String(timestamp),
      offset,
      key,
      value,
      headers,
      isControlRecord: false,
      batchContext,
    };
    messages.push(message as KafkaMessage);
  }
  return true;
}

/** The records of a batch as bytes. @returns undefined when they cannot be decompressed, which the client says in its own way */
function contentOf(bytes: Buffer, count: number, compression: number): Buffer | undefined {
  if (compression === 0) return bytes;
  // The client does not look at them either.
  if (count === 0) return Buffer.alloc(0);
  try {
    return decompressed(bytes, compression);
  } catch {
    return undefined;
  }
}

/** Reads the fields of records one behind the other. */
class RecordReader {
  readonly #bytes: Buffer;
  at = 0;
  /** Something ended too soon, or was larger than a number can be. What was read since is of no use. */
  isBroken = false;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  int8(): number {
    const byte = this.#byte();
    return byte > 0x7f ? byte - 0x100 : byte;
  }

  /** A number of up to 32 bits, with its sign in the last one. */
  varint(): number {
    const value = this.varlong();
    if (value !== (value | 0)) this.isBroken = true;
    return value;
  }

  /** A number of up to 49 bits, with its sign in the last one: those of a time are fewer. */
  varlong(): number {
    const byte = this.#byte();
    if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1);
    let value = byte & 0x7f;
    for (let factor = 0x80; factor < 2 ** 49; factor *= 0x80) {
      const next = this.#byte();
      value += (next & 0x7f) * factor;
      if (next < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
    this.isBroken = true;
    return 0;
  }

  /** Bytes behind their count, as a view; null when the count is -1. */
  bytes(): Buffer | null {
    const count = this.varint();
    if (count === -1) return null;
    const end = this.at + count;
    if (count < 0 || end > this.#bytes.byteLength) {
      this.isBroken = true;
      return null;
    }
    const bytes = this.#bytes.subarray(this.at, end);
    this.at = end;
    return bytes;
  }

  /** By name, in the way of the client: those of a name that comes again are a list. */
  headers(): Headers {
    const count = this.varint();
    if (count === 0) return NO_HEADERS;
    if (count < 0) this.isBroken = true;
    const headers: Headers = Object.create(null);
    for (let left = count; left > 0 && !this.isBroken; left--) {
      const name = this.bytes();
      // Its type says otherwise, but the client hands out null for a header without a value.
      const value = this.bytes() as Buffer;
      // A header without a name is no use of ours.
      if (name === null) this.isBroken = true;
      else add(headers, name.toString(), value);
    }
    return headers;
  }

  #byte(): number {
    const byte = this.#bytes[this.at++];
    if (byte !== undefined) return byte;
    this.isBroken = true;
    return 0;
  }
}

function add(headers: Headers, name: string, value: Buffer): void {
  const before = headers[name];
  if (before === undefined) headers[name] = value;
  else if (Array.isArray(before)) before.push(value);
  else headers[name] = [before, value];
}
