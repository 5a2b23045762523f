import { randomUUID } from 'node:crypto';
import { JambusError } from '@jambus/schema';
import type { KafkaMessage } from 'kafkajs';
import { MissingPackage } from '../compression/index.ts';
import { type FetchAnswer, fetchAnswer, fetchAnswerBytes } from './fetch-answer.ts';
import { WireWriter } from './wire.ts';

const BATCH_HEAD = 8 + 4;
const BATCH_OVERHEAD = 61;
const MAGIC = 2;
const AT = { magic: 16, attributes: 21, lastOffsetDelta: 23, count: 57 } as const;
const COMPRESSION = 0x07;

/** On what stands for a batch that cannot be read. */
const HEADER = 'jambus-unreadable';
/** Known to this process only, so that no publisher can send what looks like that. */
const OURS = randomUUID();

/**
 * The client's way to read the answer to a fetch, which throws at the first batch that it cannot read, and would be asked to
 * read it again for ever. Here the partition goes on behind it: one record stands for the batch, at its last offset. A batch whose
 * compression needs a package that is not installed is none of those: once it is installed, nothing of the batch is lost.
 *
 * @param decode of the client
 * @param version of the fetch, 4 to 11
 */
export function decodeReadable(
  decode: (raw: Buffer) => Promise<unknown>,
  version: number,
): (raw: Buffer) => Promise<unknown> {
  return async (raw) => {
    try {
      return await decode(raw);
    } catch (error) {
      const readable = await withoutUnreadable(fetchAnswer(raw, version), decode);
      if (readable === undefined) throw error;
      return decode(fetchAnswerBytes(readable));
    }
  };
}

/** Why a record stands for a batch that cannot be read; undefined for any other record. */
export function unreadableBatch({ headers }: KafkaMessage): JambusError | undefined {
  const header = headers?.[HEADER];
  const text = Array.isArray(header) ? undefined : header?.toString();
  return text?.startsWith(OURS) ? new JambusError('bad_message', text.slice(OURS.length)) : undefined;
}

/** Undefined when each batch can be read by itself, so that they are not what is wrong. */
async function withoutUnreadable(
  answer: FetchAnswer,
  decode: (raw: Buffer) => Promise<unknown>,
): Promise<FetchAnswer | undefined> {
  let replaced = 0;
  const topics = [];
  for (const { name, partitions } of answer.topics) {
    const readable = [];
    for (const partition of partitions) {
      const batches: Buffer[] = [];
      const { whole, rest } = batchesIn(partition.records);
      for (const batch of whole) {
        const alone = { ...answer, topics: [{ name, partitions: [{ ...partition, records: batch }] }] };
        const failure = await failureOf(decode(fetchAnswerBytes(alone)));
        if (failure !== undefined) replaced++;
        batches.push(failure === undefined ? batch : placeholderOf(batch, failure));
      }
      readable.push({ ...partition, records: Buffer.concat([...batches, rest]) });
    }
    topics.push({ name, partitions: readable });
  }
  return replaced === 0 ? undefined : { ...answer, topics };
}

async function failureOf(decoding: Promise<unknown>): Promise<string | undefined> {
  try {
    await decoding;
    return undefined;
  } catch (error) {
    if (error instanceof MissingPackage) throw error;
    return error instanceof Error ? error.message : String(error);
  }
}

/** The batches of format 2, up to one that is cut off, which comes again, or is of another format. */
function batchesIn(records: Buffer): { readonly whole: readonly Buffer[]; readonly rest: Buffer } {
  const whole: Buffer[] = [];
  let at = 0;
  while (at + BATCH_OVERHEAD <= records.byteLength && records.readInt8(at + AT.magic) === MAGIC) {
    const end = at + BATCH_HEAD + records.readInt32BE(at + 8);
    if (end > records.byteLength) break;
    whole.push(records.subarray(at, end));
    at = end;
  }
  return { whole, rest: records.subarray(at) };
}

/** One record in place of all that are in a batch, with its bytes as they are. */
function placeholderOf(batch: Buffer, reason: string): Buffer {
  const base = Number(batch.readBigInt64BE(0));
  const last = batch.readInt32BE(AT.lastOffsetDelta);
  const why = `the batch with the records ${base} to ${base + last} cannot be read: ${reason}`;
  const record = new WireWriter().int8(0).varint(0).varint(last); // attributes, later by, behind the first by
  record.varint(-1).varintBytes(batch); // no key
  record
    .varint(1)
    .varintBytes(Buffer.from(HEADER))
    .varintBytes(Buffer.from(OURS + why));
  const head = Buffer.from(batch.subarray(0, BATCH_OVERHEAD));
  head.writeInt16BE(head.readInt16BE(AT.attributes) & ~COMPRESSION, AT.attributes);
  head.writeInt32BE(1, AT.count);
  const placeholder = new WireWriter().raw(head).varintBytes(record.bytes()).bytes();
  placeholder.writeInt32BE(placeholder.byteLength - BATCH_HEAD, 8);
  return placeholder;
}
