import { type Attributes, type BusNames, JambusError, type PartitionAttributes } from '@jambus/schema';
import type { Message, TopicMessages } from 'kafkajs';
import type { BusMessage, EventSink } from '../../port/index.ts';
import type { Cluster } from './connection/cluster.ts';
import { fromKafka, typeOf } from './connection/errors.ts';
import { headersOf } from './connection/headers.ts';
import { connectProducer, type OneProducer } from './connection/producer.ts';

export interface KafkaSinkOptions {
  readonly cluster: Cluster;
  readonly names: BusNames;
  /** A topic is not there any more. */
  readonly onTopicMissing: () => void;
}

/** The side of the driver that publishes. */
export interface KafkaSink extends EventSink {
  /** Connects, which otherwise the first message does. @throws JambusError as `fromKafka` */
  connect(): Promise<void>;
  /** Refuses from here on, and answers what is under way with `stopped`. */
  close(): void;
}

interface Waiting {
  readonly batch: readonly BusMessage[];
  readonly bytes: number;
  readonly settle: (failure?: JambusError) => void;
}

/** Most bytes that go together, unless one batch has more: a broker takes 1 MiB of a partition at a time. */
const TOGETHER_BYTES = 512 * 1024;

/**
 * Publishes with one request at a time; batches that come meanwhile (dead letters come one by one, beside the events) go
 * together in the next.
 */
export function createKafkaSink({ cluster, names, onTopicMissing }: KafkaSinkOptions): KafkaSink {
  const waiting: Waiting[] = [];
  let producer: OneProducer | undefined;
  let draining = false;
  let closed = false;
  const stopped = () => new JambusError('stopped', 'this connection to Kafka is closed');

  const connect = async (): Promise<OneProducer> => {
    const connecting = await connectProducer(cluster);
    if (closed) {
      connecting.end();
      throw stopped();
    }
    producer = connecting;
    return connecting;
  };

  /** @returns why it was not published */
  const attempt = async (batches: readonly Waiting[]): Promise<JambusError | undefined> => {
    const topics = topicMessages(batches, names);
    const doing = `publishing to ${topics.map(({ topic }) => topic).join(', ')}`;
    try {
      if (closed) throw stopped();
      await (producer ?? (await connect())).send(topics);
      return undefined;
    } catch (error) {
      producer?.end();
      producer = undefined;
      if (typeOf(error) === 'UNKNOWN_TOPIC_OR_PARTITION') onTopicMissing();
      return closed ? stopped() : fromKafka(error, doing);
    }
  };

  const deliver = async (batches: readonly Waiting[]): Promise<void> => {
    const failure = await attempt(batches);
    if (failure === undefined || failure.retryable || batches.length === 1) {
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

  return {
    connect: async () => {
      try {
        await connect();
      } catch (error) {
        throw fromKafka(error, 'connecting a producer');
      }
    },
    publish: (batch) =>
      new Promise((resolve, reject) => {
        if (closed) throw stopped();
        const settle = (failure?: JambusError) => (failure === undefined ? resolve() : reject(failure));
        if (batch.length === 0) return settle();
        waiting.push({ batch, bytes: bytesOf(batch), settle });
        if (!draining) void drain();
      }),
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

function bytesOf(batch: readonly BusMessage[]): number {
  return batch.reduce((sum, { payload }) => sum + payload.byteLength, 0);
}

function topicMessages(batches: readonly Waiting[], names: BusNames): TopicMessages[] {
  const topics = new Map<string, Message[]>();
  for (const { batch } of batches) {
    for (const message of batch) {
      const topic = names[message.channel];
      const messages = topics.get(topic);
      if (messages === undefined) topics.set(topic, [recordOf(message)]);
      else messages.push(recordOf(message));
    }
  }
  return [...topics].map(([topic, messages]) => ({ topic, messages }));
}

/** The call is the key, which keeps its messages in one partition and so in their order. */
function recordOf(message: BusMessage): Message {
  const { callSid, payload } = message;
  return {
    key: callSid === '' ? null : callSid,
    // The client takes for text what is not a Buffer.
    value: Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength),
    headers: headersOf(attributesOf(message)),
  };
}

/** By the partitioning extension of CloudEvents. A dead letter has the attributes of its command. */
function attributesOf({ channel, callSid, attributes }: BusMessage): Attributes {
  if (channel === 'deadletters') return attributes;
  const partition: PartitionAttributes = { partitionkey: callSid };
  return { ...attributes, ...partition };
}
