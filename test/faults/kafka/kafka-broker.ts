import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Admin, Kafka, logLevel, type Producer } from 'kafkajs';
import { type KafkaForTests, type ReadRecord, readTopic } from '../../brokers/kafka/index.ts';
import type { FaultyBroker } from '../broker.ts';
import { ownHeaders } from '../headers.ts';
import type { StoredCommand } from '../history/index.ts';
import { storedCommand } from '../stored-command.ts';

const SESSION_MS = 6_000;
const MAKING_MS = 200;
/** Each of three brokers leads one. */
const PROBED_PARTITIONS = 3;
/** No longer than a probe waits. */
const PROBING = { requestTimeout: 900, connectionTimeout: 500, retry: { retries: 1, initialRetryTime: 50 } };

/** Brokers that somebody has started. */
export interface KafkaBrokers {
  readonly version: string;
  readonly brokers: readonly string[];
  /** Of the topics that are made. */
  readonly replication: number;
  kill(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** An Apache Kafka broker, and topics of its own. */
export async function startKafkaFaultyBroker(kafka: KafkaForTests): Promise<FaultyBroker> {
  const broker = await kafka.start();
  return faultyKafka({
    version: broker.version,
    brokers: broker.brokers,
    replication: 1,
    kill: () => broker.kill(),
    restart: () => broker.restart(),
    stop: () => broker.stop(),
  });
}

/** Topics of their own on these brokers. */
export async function faultyKafka(
  running: KafkaBrokers,
): Promise<FaultyBroker & { readonly admin: Admin; readonly probed: string }> {
  const prefix = `faults-${randomUUID().slice(0, 8)}`;
  const brokers = running.brokers.join(',');
  const client = new Kafka({ brokers: [...running.brokers], clientId: 'faults', logLevel: logLevel.NOTHING });
  const admin = client.admin();
  await admin.connect();
  const topic = `${prefix}.commands`;
  const probed = `${prefix}.probed`;
  const probing: (Admin | Producer)[] = [];
  const former: StoredCommand[] = [];
  let log = 0;

  const storedNow = async (): Promise<StoredCommand[]> =>
    (await readTopic(client, admin, topic)).map((record) => {
      const place = { log, partition: record.partition, offset: Number(record.message.offset) };
      return storedCommand(place, ...partsOf(record));
    });

  return {
    admin,
    probed,
    name: `Kafka ${running.version}`,
    settings: {
      JAMBUS_BUS: 'kafka',
      JAMBUS_KAFKA_BROKERS: brokers,
      JAMBUS_KAFKA_REPLICATION: String(running.replication),
      JAMBUS_PREFIX: prefix,
    },
    publisherArgs: ['kafka', brokers, prefix],
    sessionMs: SESSION_MS,
    watch: async () => {},
    async needs() {
      await admin.createTopics({
        topics: [{ topic: probed, numPartitions: PROBED_PARTITIONS, replicationFactor: running.replication }],
        waitForLeaders: true,
      });
      const prober = new Kafka({ brokers: [...running.brokers], logLevel: logLevel.NOTHING, ...PROBING });
      const group = prober.admin();
      const producers = Array.from({ length: PROBED_PARTITIONS }, () => prober.producer());
      probing.push(group, ...producers);
      await Promise.all(probing.map((client) => client.connect()));
      const written = producers.map((producer, partition) => () => {
        return producer.send({ topic: probed, acks: -1, messages: [{ partition, value: null }] });
      });
      return [...written, () => group.fetchOffsets({ groupId: `${topic}.adapters`, topics: [topic] })];
    },
    stored: async () => [...former, ...(await storedNow())],
    read: async (channel) =>
      (await readTopic(client, admin, `${prefix}.${channel}`)).map((record) => {
        const [callSid, headers, payload, at] = partsOf(record);
        const offset = Number(record.message.offset);
        return { channel, callSid, partition: record.partition, offset, at, headers, payload };
      }),
    seen: () => [],
    lag: () => lagOf(admin, topic, `${topic}.adapters`),
    kill: () => running.kill(),
    restart: () => running.restart(),
    async makeAnew() {
      former.push(...(await storedNow()));
      log += 1;
      await makeAnew(admin, topic);
    },
    async close() {
      await Promise.all([admin, ...probing].map((client) => client.disconnect()));
      await running.stop();
    },
  };
}

function partsOf({ message }: ReadRecord): [string, Record<string, string>, string, number] {
  const { key, headers, value, timestamp } = message;
  const pairs = Object.entries(headers ?? {}).map(([name, text]) => [name, String(text)] as const);
  return [String(key), ownHeaders(pairs), String(value), Number(timestamp)];
}

/** Deletes a topic and creates it with as many partitions. A broker forgets a deleted one a little later. */
async function makeAnew(admin: Admin, topic: string): Promise<void> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const numPartitions = topics[0]?.partitions.length ?? 0;
  await admin.deleteTopics({ topics: [topic] });
  for (let made = false; !made; ) {
    await delay(MAKING_MS);
    try {
      made = await admin.createTopics({ topics: [{ topic, numPartitions }] });
    } catch {
      // Not yet.
    }
  }
}

/** Records behind what the group has committed. */
async function lagOf(admin: Admin, topic: string, groupId: string): Promise<number> {
  const [group] = await admin.fetchOffsets({ groupId, topics: [topic] });
  const committed = new Map(group?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
  let lag = 0;
  for (const { partition, offset } of await admin.fetchTopicOffsets(topic)) {
    lag += Math.max(0, Number(offset) - Math.max(0, committed.get(partition) ?? 0));
  }
  return lag;
}
