import { JambusError } from '@jambus/schema';
import type { TopicMessages } from 'kafkajs';
import { type KafkaCompression, typeOfCompression } from '../compression/index.ts';
import { CLIENT_RETRIES, type Cluster } from './cluster.ts';
import type { TopicRecords } from './outgoing-record.ts';
import { notingPartitioner } from './produce/partitioner.ts';
import { recordProducer } from './produce/record-producer.ts';

/** A producer that is used until its first failure. */
export interface OneProducer {
  /**
   * Resolves when the brokers have all of it. One call at a time: the client lets sends overtake each other.
   *
   * @throws what the client throws; the producer is of no more use then
   */
  send(records: readonly TopicRecords[]): Promise<void>;
  /** Whether any of what was sent last can have reached a broker. */
  readonly mayHaveSent: boolean;
  /** It has succeeded, and is of no more use all the same. */
  readonly isSpent: boolean;
  end(): void;
}

/** How long all replicas may take to have a batch, ms. */
const ACKNOWLEDGE_WITHIN_MS = 5_000;
/** How long a send may take with all attempts that the client makes by itself, ms. */
const SEND_WITHIN_MS = 10_000;

/**
 * Connects an idempotent producer: what the client sends again by itself is written once.
 *
 * Not so across failures: brokers know a batch by its number and its count only, and after a send that failed in part the
 * client's numbers may be those of other messages, which a broker would take for what it has and drop. So nothing is sent
 * by a producer that has failed; the next one may write again what is there already. A send that the client has tried more
 * than once may succeed while a request of a former attempt is still under way (`sendMessages.js` of kafkajs 2.2.4). Should
 * that fail, the client takes its numbers back, and the next messages get those of some that are written: a broker confirms
 * them as repeated, and has them not. So nothing is sent by such a producer either.
 *
 * @throws what the client throws
 */
export async function connectProducer(cluster: Cluster, compression: KafkaCompression = 'none'): Promise<OneProducer> {
  const client = cluster.newClient();
  const used = new Map<string, Set<number>>();
  const how = { acks: -1, timeout: ACKNOWLEDGE_WITHIN_MS, compression: typeOfCompression(compression) };
  let placed = 0;
  let isSpent = false;
  // When a partition moves between two attempts to a broker that has answered the first, the client forgets what is for that
  // partition and reports success; so the answers are compared with where records were sent.
  const note = (topic: string, partition: number): void => {
    placed++;
    const partitions = used.get(topic);
    if (partitions === undefined) used.set(topic, new Set([partition]));
    else partitions.add(partition);
  };
  const { producer, messageOf } = recordProducer(client.kafka, {
    idempotent: true,
    allowAutoTopicCreation: false,
    retry: CLIENT_RETRIES,
    createPartitioner: () => notingPartitioner(note),
  });
  try {
    await within(SEND_WITHIN_MS, producer.connect());
  } catch (error) {
    client.end();
    throw error;
  }
  return {
    send: async (topics) => {
      used.clear();
      placed = 0;
      const topicMessages: TopicMessages[] = topics.map(({ topic, records }) => ({
        topic,
        messages: records.map(messageOf),
      }));
      const written = await within(SEND_WITHIN_MS, producer.sendBatch({ ...how, topicMessages }));
      for (const { topicName, partition } of written) used.get(topicName)?.delete(partition);
      // Each attempt asks for the place of every record.
      isSpent = placed > topics.reduce((sum, { records }) => sum + records.length, 0);
      const missing = placesIn(used);
      if (missing.length === 0) return;
      throw new JambusError('bus_unavailable', `no broker has confirmed ${missing.join(', ')}`);
    },
    get mayHaveSent() {
      return placed > 0;
    },
    get isSpent() {
      return isSpent;
    },
    end: () => client.end(),
  };
}

function placesIn(used: ReadonlyMap<string, ReadonlySet<number>>): string[] {
  return [...used].flatMap(([topic, partitions]) => [...partitions].map((partition) => `${topic}/${partition}`));
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new JambusError('bus_unavailable', `no answer in ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
