import { JambusError } from '@jambus/schema';
import { pause } from '../../../waiting/pause.ts';
import { checkInstalled, type KafkaCompression } from '../compression/index.ts';
import type { Cluster } from './cluster.ts';
import { fromKafka, typeOf } from './errors.ts';
import type { OutgoingRecord, TopicRecords } from './outgoing-record.ts';
import { connectProducer, type OneProducer } from './producer.ts';
import type { Needs } from './rights.ts';

export type { OutgoingRecord } from './outgoing-record.ts';

/** What became of records that were not confirmed. */
export interface SendFailure {
  readonly error: JambusError;
  /** Whether some of them, or all, can be in the log all the same. */
  readonly mayBeThere: boolean;
}

/** Sends records with one request at a time; those that come meanwhile go together in the next. */
export interface Sender {
  /** Connects, which otherwise the first record does. @throws JambusError as `fromKafka` */
  connect(): Promise<void>;
  /** Resolves when the brokers have all of the batch, or it is known why not. Never rejects. */
  send(batch: readonly OutgoingRecord[]): Promise<SendFailure | undefined>;
  /**
   * Why the broker will not take a record, where that can be told by its size. Found out beforehand: a broker that refuses
   * one record has written those of the other partitions, which would come twice.
   */
  refusal(record: OutgoingRecord): JambusError | undefined;
  /** Resolves when nothing is under way, at the latest after so many ms. */
  flush(withinMs: number): Promise<void>;
  /** Refuses from here on, and answers what is under way with `stopped`. */
  close(): void;
}

interface Waiting {
  readonly batch: readonly OutgoingRecord[];
  readonly bytes: number;
  readonly settle: (failure?: SendFailure) => void;
}

/** Most bytes that go together, unless one batch has more: a broker takes 1 MiB of a partition at a time. */
const TOGETHER_BYTES = 512 * 1024;

/** What a broker takes of a partition at a time, unless it or the topic is told otherwise, bytes. */
const DEFAULT_MOST_BYTES = 1_048_588;
/** What a record weighs beside its payload, bytes, roughly: its attributes, mostly. Those with more are counted. */
const RECORD_OVERHEAD_BYTES = 768;
/** What a batch of one record has besides the record, and a header besides its name and value: lengths, at the least. */
const LEAST_OVERHEAD_BYTES = 70;
const LEAST_HEADER_OVERHEAD_BYTES = 2;
/** A header besides its name and value, with the prefix of the name. */
const MOST_HEADER_OVERHEAD_BYTES = 16;

export interface SenderOptions {
  readonly compression?: KafkaCompression | undefined;
  /** Told when a topic is not there (any more). */
  readonly onTopicMissing?: () => void;
  /** Most bytes that a topic takes of a partition at a time; undefined when that is not known. */
  readonly mostBytes?: (topic: string) => number | undefined;
}

/** @throws JambusError `bad_config` when the package of the compression is not installed */
export function createSender(cluster: Cluster, options: SenderOptions = {}): Sender {
  const { compression = 'none', onTopicMissing = () => {}, mostBytes = () => undefined } = options;
  checkInstalled(compression);
  const waiting: Waiting[] = [];
  let producer: OneProducer | undefined;
  let draining = false;
  let drained = Promise.resolve();
  let closed = false;
  const stopped = () => new JambusError('stopped', 'this connection to Kafka is closed');

  const connect = async (): Promise<OneProducer> => {
    const connecting = await connectProducer(cluster, compression);
    if (closed) {
      connecting.end();
      throw stopped();
    }
    producer = connecting;
    return connecting;
  };

  const leave = (): void => {
    producer?.end();
    producer = undefined;
  };

  const attempt = async (batches: readonly Waiting[]): Promise<SendFailure | undefined> => {
    const topics = recordsByTopic(batches);
    const names = topics.map(({ topic }) => topic);
    const needs: Needs = { topic: { operation: 'Write', names } };
    let used: OneProducer | undefined;
    try {
      if (closed) throw stopped();
      used = producer ?? (await connect());
      await used.send(topics);
      if (used.isSpent) leave();
      return undefined;
    } catch (error) {
      leave();
      if (typeOf(error) === 'UNKNOWN_TOPIC_OR_PARTITION') onTopicMissing();
      const failure = fromKafka(error, `publishing to ${names.join(', ')}`, needs);
      return { error: closed ? stopped() : failure, mayBeThere: used?.mayHaveSent === true };
    }
  };

  const deliver = async (batches: readonly Waiting[]): Promise<void> => {
    const failure = await attempt(batches);
    if (failure === undefined || failure.error.retryable || batches.length === 1) {
      for (const { settle } of batches) settle(failure);
    } else {
      // One of them is refused for good, and the others are not to suffer for it.
      for (const batch of batches) await deliver([batch]);
    }
  };

  const drain = async (): Promise<void> => {
    draining = true;
    while (waiting.length > 0) await deliver(waiting.splice(0, countTogether(waiting)));
    draining = false;
  };

  const enqueue = (batch: readonly OutgoingRecord[]): Promise<SendFailure | undefined> =>
    new Promise((resolve) => {
      waiting.push({ batch, bytes: bytesOf(batch), settle: resolve });
      if (!draining) drained = drain();
    });

  const refusal = (record: OutgoingRecord): JambusError | undefined => {
    // How large it is in the end is known to nobody.
    if (compression !== 'none') return undefined;
    const { topic } = record;
    const most = mostBytes(topic);
    if (most === undefined || weightOf(record) <= most) return undefined;
    const bytes = leastBytesOf(record);
    if (bytes <= most) return undefined;
    const message = `publishing to ${topic}: the record has ${bytes} bytes, and the topic takes ${most} (max.message.bytes)`;
    return new JambusError('bus_refused', message);
  };

  return {
    connect: async () => {
      try {
        await connect();
      } catch (error) {
        throw fromKafka(error, 'connecting a producer');
      }
    },
    send: async (batch) => {
      if (closed) return { error: stopped(), mayBeThere: false };
      for (const record of batch) {
        const error = refusal(record);
        if (error !== undefined) return { error, mayBeThere: false };
      }
      for (const part of partsOf(batch, mostBytes)) {
        const failure = await enqueue(part);
        if (failure !== undefined) return { ...failure, mayBeThere: failure.mayBeThere || part[0] !== batch[0] };
      }
      return undefined;
    },
    refusal,
    flush: async (withinMs) => {
      const over = new AbortController();
      await Promise.race([drained, pause(withinMs, over.signal)]);
      over.abort();
    },
    close: () => {
      closed = true;
      producer?.end();
    },
  };
}

function countTogether(waiting: readonly Waiting[]): number {
  let count = 0;
  let bytes = 0;
  for (const batch of waiting) {
    bytes += batch.bytes;
    if (count > 0 && bytes > TOGETHER_BYTES) break;
    count++;
  }
  return count;
}

function bytesOf(batch: readonly OutgoingRecord[]): number {
  return batch.reduce((sum, record) => sum + weightOf(record), 0);
}

function weightOf(record: OutgoingRecord): number {
  const { key, attributes, payload } = record;
  let characters = 2 * key.length;
  for (const name in attributes) characters += name.length + (attributes[name] as string).length;
  // Nearly all records have a few short attributes.
  if (characters <= RECORD_OVERHEAD_BYTES) return payload.byteLength + RECORD_OVERHEAD_BYTES;
  const lengths = LEAST_OVERHEAD_BYTES + MOST_HEADER_OVERHEAD_BYTES * Object.keys(attributes).length;
  return payload.byteLength + textBytesOf(record) + lengths;
}

/** What it has at the least in a batch of its own, bytes. */
function leastBytesOf(record: OutgoingRecord): number {
  const headers = Object.keys(record.attributes).length;
  return record.payload.byteLength + LEAST_OVERHEAD_BYTES + textBytesOf(record) + headers * LEAST_HEADER_OVERHEAD_BYTES;
}

function textBytesOf({ key, attributes, hasPartitionKey = false }: OutgoingRecord): number {
  let bytes = Buffer.byteLength(key) * (hasPartitionKey ? 2 : 1);
  for (const [name, value] of Object.entries(attributes)) bytes += Buffer.byteLength(name) + Buffer.byteLength(value);
  return bytes;
}

/** Cuts a batch for topics that take less than others. All of it may be for one partition. */
function partsOf(
  batch: readonly OutgoingRecord[],
  mostBytes: (topic: string) => number | undefined,
): (readonly OutgoingRecord[])[] {
  if (batch.length === 0) return [];
  const most = Math.min(
    ...[...new Set(batch.map(({ topic }) => topic))].map((topic) => mostBytes(topic) ?? Number.POSITIVE_INFINITY),
  );
  if (most >= DEFAULT_MOST_BYTES || bytesOf(batch) <= most) return [batch];
  const parts: OutgoingRecord[][] = [];
  let room = 0;
  for (const record of batch) {
    room -= weightOf(record);
    if (room < 0) {
      parts.push([]);
      room = most - weightOf(record);
    }
    parts.at(-1)?.push(record);
  }
  return parts;
}

function recordsByTopic(batches: readonly Waiting[]): TopicRecords[] {
  const topics = new Map<string, OutgoingRecord[]>();
  for (const { batch } of batches) {
    for (const record of batch) {
      const records = topics.get(record.topic);
      if (records === undefined) topics.set(record.topic, [record]);
      else records.push(record);
    }
  }
  return [...topics].map(([topic, records]) => ({ topic, records }));
}
