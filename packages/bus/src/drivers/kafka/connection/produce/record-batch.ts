import { memo } from '@jambus/schema';
import { compressed } from '../../compression/index.ts';
import { headerName } from '../headers.ts';
import { type OutgoingRecord, PARTITION_KEY } from '../outgoing-record.ts';
import { crc32c } from './crc32c.ts';
import { GrowingBytes } from './growing-bytes.ts';

/** What stands at the head of a batch. */
export interface BatchHead {
  /** Number of the compression; 0 is none. */
  readonly compression: number;
  /** When the records were made, ms since the epoch: all of them now. */
  readonly atMs: number;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  /** The number that the producer gives the first record. */
  readonly firstSequence: number;
}

const MAGIC = 2;
const NO_OFFSET = 0n;
const NO_LEADER_EPOCH = 0;
const NO_ATTRIBUTES = 0;
const NULL = -1;
/** What most records weigh beside their payload, bytes. */
const RECORD_OVERHEAD_BYTES = 256;
/** Most records have fewer headers than take a second byte to count. */
const EXPECTED_HEADERS = 1;

/** The name of a header behind its count of bytes, as it stands in a record. */
const headerBytes = memo((attribute) => {
  const bytes = new GrowingBytes();
  bytes.varintText(headerName(attribute));
  return Uint8Array.from(bytes.since(0));
});
const PARTITION_KEY_BYTES = headerBytes(PARTITION_KEY);

/**
 * Writes records as one batch of format 2, straight into bytes. It comes to what the client makes of `messageOf` of each,
 * which is the definition of what a record has.
 *
 * @param records at least one
 */
export function writeRecordBatch(out: GrowingBytes, records: readonly OutgoingRecord[], head: BatchHead): void {
  out.int64(NO_OFFSET);
  const length = out.holdInt32();
  const begin = out.at;
  out.int32(NO_LEADER_EPOCH);
  out.int8(MAGIC);
  const crc = out.holdInt32();
  const checked = out.at;
  const atMs = BigInt(head.atMs);
  out.int16(head.compression);
  out.int32(records.length - 1);
  out.int64(atMs); // of the first record
  out.int64(atMs); // of the newest
  out.int64(head.producerId);
  out.int16(head.producerEpoch);
  out.int32(head.firstSequence);
  out.int32(records.length);
  const content = out.at;
  for (let n = 0; n < records.length; n++) writeRecord(out, records[n] as OutgoingRecord, n);
  if (head.compression !== 0) {
    const bytes = compressed(out.since(content), head.compression);
    out.backTo(content);
    out.raw(bytes);
  }
  out.fillInt32(crc, crc32c(out.since(checked)));
  out.fillInt32(length, out.at - begin);
}

function writeRecord(out: GrowingBytes, record: OutgoingRecord, offsetDelta: number): void {
  const { key, attributes, hasPartitionKey = false, payload } = record;
  const expected = payload.byteLength + RECORD_OVERHEAD_BYTES;
  const begin = out.holdCount(expected);
  out.int8(NO_ATTRIBUTES);
  out.int8(0); // later than the first, ms
  out.varint(offsetDelta);
  if (key === '') out.varint(NULL);
  else out.varintText(key);
  out.varintBytes(payload);
  writeHeaders(out, attributes, hasPartitionKey ? key : undefined);
  out.fillCount(begin, expected);
}

function writeHeaders(out: GrowingBytes, attributes: OutgoingRecord['attributes'], partitionKey?: string): void {
  let count = 0;
  let hasPartitionKey = partitionKey === undefined;
  const at = out.holdCount(EXPECTED_HEADERS);
  for (const name in attributes) {
    count++;
    out.raw(headerBytes(name));
    if (partitionKey !== undefined && name === PARTITION_KEY) {
      hasPartitionKey = true;
      out.varintText(partitionKey);
    } else out.varintText(attributes[name] as string);
  }
  if (!hasPartitionKey) {
    count++;
    out.raw(PARTITION_KEY_BYTES);
    out.varintText(partitionKey as string);
  }
  out.fillCount(at, EXPECTED_HEADERS, count);
}
