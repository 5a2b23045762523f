import { randomUUID } from 'node:crypto';
import { busNames, fromHeaders } from '@jambus/schema';
import { type Admin, type Consumer, type EachMessagePayload, Kafka, logLevel } from 'kafkajs';
import type { KafkaForTests } from '../../brokers/kafka/index.ts';
import type { ChannelMessage, FaultyBroker } from '../broker.ts';
import { startPublisher } from '../start-publisher.ts';

const POLL_MS = 100;

/** An Apache Kafka broker, and topics of its own. */
export async function startKafkaFaultyBroker(kafka: KafkaForTests): Promise<FaultyBroker> {
  const broker = await kafka.start();
  const names = busNames(`faults-${randomUUID().slice(0, 8)}`);
  const client = new Kafka({ brokers: [...broker.brokers], clientId: 'faults', logLevel: logLevel.NOTHING });
  const admin = client.admin();
  await admin.connect();
  const ends: (() => void)[] = [];
  return {
    dropsRepeats: false,
    settings: {
      JAMBUS_BUS: 'kafka',
      JAMBUS_KAFKA_BROKERS: broker.brokers.join(','),
      JAMBUS_PREFIX: names.prefix,
    },
    async startPublisher(commandsPerCall, pauseMs) {
      const args = [broker.brokers.join(','), names.prefix, commandsPerCall, pauseMs];
      const [publisher, end] = await startPublisher('./kafka/publisher.mjs', args);
      ends.push(end);
      return publisher;
    },
    stored: async () => {
      const offsets = await admin.fetchTopicOffsets(names.commands);
      return offsets.reduce((sum, { offset }) => sum + Number(offset), 0);
    },
    read: (channel) => readTopic(client, admin, names[channel]),
    lag: () => lagOf(admin, names.commands, `${names.commands}.adapters`),
    kill: () => broker.kill(),
    restart: () => broker.restart(),
    async close() {
      for (const end of ends) end();
      await admin.disconnect();
      await broker.stop();
    },
  };
}

/** Everything a topic has now, by partition. */
async function readTopic(client: Kafka, admin: Admin, topic: string): Promise<ChannelMessage[]> {
  const ends = new Map<number, number>();
  for (const { partition, offset } of await admin.fetchTopicOffsets(topic)) ends.set(partition, Number(offset));
  const missing = new Set([...ends].filter(([, end]) => end > 0).map(([partition]) => partition));
  if (missing.size === 0) return [];
  const messages: ChannelMessage[] = [];
  const consumer = client.consumer({ groupId: `reader-${randomUUID()}`, maxWaitTimeInMs: POLL_MS });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    const eachMessage = async ({ partition, message }: EachMessagePayload): Promise<void> => {
      messages.push(channelMessage(message));
      if (Number(message.offset) + 1 >= (ends.get(partition) ?? 0)) missing.delete(partition);
      if (missing.size === 0) resolve();
    };
    consumer.run({ eachMessage }).catch(reject);
  });
  await end(consumer);
  return messages;
}

async function end(consumer: Consumer): Promise<void> {
  await consumer.stop();
  await consumer.disconnect();
}

function channelMessage({ key, headers, value }: EachMessagePayload['message']): ChannelMessage {
  const pairs = Object.entries(headers ?? {}).map(([name, text]) => [name, String(text)] as const);
  return { callSid: String(key), attributes: fromHeaders(pairs, 'ce_'), json: parse(value) };
}

/** Records behind what the group has committed. */
async function lagOf(admin: Admin, topic: string, groupId: string): Promise<number> {
  const [group] = await admin.fetchOffsets({ groupId, topics: [topic] });
  const committed = new Map(group?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
  let lag = 0;
  for (const { partition, offset } of await admin.fetchTopicOffsets(topic)) {
    lag += Number(offset) - Math.max(0, committed.get(partition) ?? 0);
  }
  return lag;
}

function parse(value: Buffer | null): unknown {
  try {
    return JSON.parse(String(value));
  } catch {
    return undefined;
  }
}
