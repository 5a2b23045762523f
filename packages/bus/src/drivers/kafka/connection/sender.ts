import { type Attributes, JambusError, type PartitionAttributes } from '@jambus/schema';
import type { Message, TopicMessages } from 'kafkajs';
import { pause } from '../../../waiting/pause.ts';
import type { KafkaCompression } from '../compression/index.ts';
import type { Cluster } from './cluster.ts';
import { fromKafka, typeOf } from './errors.ts';
import { headerName, headersOf } from './headers.ts';
import { connectProducer, type OneProducer } from './producer.ts';
import type { Needs } from './rights.ts';

/** A record on its way out. */
export interface OutgoingRecord {
  readonly topic: string;
  /** The call, which keeps its records in one partition and so in their order. Empty: none. */
  readonly key: string;
  readonly attributes: Attributes;
  /** The key is an attribute as well. */
  readonly hasPartitionKey?: boolean;
  readonly payload: Uint8Array;
}

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
/** What a record weighs beside its payload, bytes, roughly: its attributes, mostly. */
const RECORD_OVERHEAD_BYTES = 768;
/** What it weighs at the least. */
const LEAST_OVERHEAD_BYTES = 70;

export interface SenderOptions {
  readonly compression?: KafkaCompression | undefined;
  /** Told when a topic is not there (any more). */
  readonly onTopicMissing?: () => void;
  /** Most bytes that a topic takes of a partition at a time; undefined when that is not known. */
  readonly mostBytes?: (topic: string) => number | undefined;
}

export function createSender(cluster: Cluster, options: SenderOptions = {}): Sender {
  const { compression = 'none', onTopicMissing = () => {}, mostBytes = () => undefined } = options;
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
    const topics = topicMessages(batches);
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

  /** Found out beforehand: a broker that refuses one record has written those of the other partitions, which would come twice. */
  const refusal = (batch: readonly OutgoingRecord[]): SendFailure | undefined => {
    // How large it is in the end is known to nobody.
    if (compression !== 'none') return undefined;
    for (const { topic, payload } of batch) {
      const bytes = payload.byteLength + LEAST_OVERHEAD_BYTES;
      const most = mostBytes(topic) ?? Number.POSITIVE_INFINITY;
      if (bytes <= most) continue;
      const message = `publishing to ${topic}: the record has ${bytes} bytes, and the topic takes ${most} (max.message.bytes)`;
      return { error: new JambusError('bus_refused', message), mayBeThere: false };
    }
    return undefined;
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
      const refused = refusal(batch);
      if (refused !== undefined) return refused;
      for (const part of partsOf(batch, mostBytes)) {
        const failure = await enqueue(part);
        if (failure !== undefined) return { ...failure, mayBeThere: failure.mayBeThere || part[0] !== batch[0] };
      }
      return undefined;
    },
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

function weightOf({ payload }: OutgoingRecord): number {
  return payload.byteLength + RECORD_OVERHEAD_BYTES;
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

function topicMessages(batches: readonly Waiting[]): TopicMessages[] {
  const topics = new Map<string, Message[]>();
  for (const { batch } of batches) {
    for (const record of batch) {
      const messages = topics.get(record.topic);
      if (messages === undefined) topics.set(record.topic, [messageOf(record)]);
      else messages.push(messageOf(record));
    }
  }
  return [...topics].map(([topic, messages]) => ({ topic, messages }));
}

const PARTITION_KEY = headerName('partitionkey' satisfies keyof PartitionAttributes);

function messageOf({ key, attributes, hasPartitionKey = false, payload }: OutgoingRecord): Message {
  const headers = headersOf(attributes);
  if (hasPartitionKey) headers[PARTITION_KEY] = key;
  return {
    key: key === '' ? null : key,
    // The client takes for text what is not a Buffer.
    value: Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength),
    headers,
  };
}
