import { setTimeout as delay } from 'node:timers/promises';
import { type BusNames, busNames, CHANNELS, cloudEventsType } from '@jambus/schema';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { type KafkaBroker, startKafkaBroker, startKafkaCluster } from '../brokers/kafka/index.ts';
import type { BenchBroker, SharedBroker } from './bench-broker.ts';
import { coalescingSender } from './coalescing-sender.ts';

/** What topics are made with. */
export interface KafkaBenchTopics {
  /** Of jambus' topics; those of several kinds can be on one cluster. */
  readonly prefix: string;
  readonly replicas: number;
  /** Whether a broker syncs each batch to disk before it has it (`flush.messages=1`). */
  readonly flushAlways: boolean;
}

const PLAIN = { replicas: 1, flushAlways: false };
/** As many as an adapter makes. */
const PARTITIONS = 8;
const LOOK_AGAIN_MS = 100;
const MOST_LOOKS = 300;
const NEW_CALL = cloudEventsType('session:new');
const STATUS = cloudEventsType('verb:status');

type Brokers = Pick<KafkaBroker, 'brokers' | 'version' | 'pid'>;

/** An Apache Kafka broker, and a microservice that sends batches, one at a time. */
export async function kafkaBenchBroker(): Promise<BenchBroker> {
  const broker = await startKafkaBroker({});
  return microservice(broker, { ...PLAIN, prefix: busNames().prefix }, () => broker.stop());
}

/** The same for several systems. */
export async function sharedKafka(): Promise<SharedBroker> {
  const broker = await startKafkaBroker({});
  return {
    name: `Kafka ${broker.version}`,
    servers: broker.brokers.join(','),
    microservice: (prefix) => microservice(broker, { ...PLAIN, prefix }, async () => {}),
    // Microservices make all topics.
    prepare: async () => {},
    forget: async () => {},
    close: () => broker.stop(),
  };
}

/** Three brokers, and a microservice for each kind of topics. */
export async function kafkaBenchBrokers<Kind extends KafkaBenchTopics>(kinds: readonly Kind[]): Promise<BenchBroker[]> {
  const { brokers, members, stop } = await startKafkaCluster();
  const [first] = members;
  if (first === undefined) throw new Error('a bench needs a broker');
  let open = kinds.length;
  const closeOne = async () => {
    open--;
    if (open === 0) await stop();
  };
  return Promise.all(
    kinds.map((topics) => microservice({ brokers, version: first.version, pid: first.pid }, topics, closeOne)),
  );
}

async function microservice(
  { brokers, version, pid }: Brokers,
  topics: KafkaBenchTopics,
  stop: () => Promise<void>,
): Promise<BenchBroker> {
  const names = busNames(topics.prefix);
  const stored = `${topics.prefix}.bench`;
  const kafka = new Kafka({ brokers: [...brokers], clientId: 'bench', logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  const consumer = kafka.consumer({ groupId: `bench-${topics.prefix}`, maxWaitTimeInMs: 20 });
  await createTopics(kafka, names, stored, topics);
  await producer.connect();
  const commands = coalescingSender(producer, names.commands);
  const records = coalescingSender(producer, stored);
  // One batch is sent after the other: when the last record is there, all are.
  let last = Promise.resolve();

  return {
    name: `Kafka ${version}`,
    settings: {
      JAMBUS_BUS: 'kafka',
      JAMBUS_KAFKA_BROKERS: brokers.join(','),
      JAMBUS_PREFIX: topics.prefix,
      JAMBUS_LOG_LEVEL: 'error',
    },
    pid: pid ?? 0,
    async listen(onNewCall, onStatus) {
      await consumer.connect();
      await consumer.subscribe({ topic: names.events, fromBeginning: true });
      const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
      await consumer.run({
        eachBatch: async ({ batch }) => {
          for (const { key, value, headers } of batch.messages) {
            const type = String(headers?.['ce_type']);
            if (type === NEW_CALL) onNewCall(String(key));
            else if (type === STATUS && value !== null) onStatus(value);
          }
        },
      });
      await joined;
    },
    publish(callSid, payload) {
      last = commands({ key: callSid, value: payload });
    },
    flush: () => last,
    request: undefined,
    store: (payload) => records({ key: null, value: payload, partition: 0 }),
    async close() {
      await consumer.disconnect();
      await producer.disconnect();
      await stop();
    },
  };
}

/** With what an adapter makes them with, and what a bench asks for. */
async function createTopics(
  kafka: Kafka,
  names: BusNames,
  stored: string,
  { replicas, flushAlways }: KafkaBenchTopics,
): Promise<void> {
  const configEntries = [
    { name: 'message.timestamp.type', value: 'LogAppendTime' },
    { name: 'min.insync.replicas', value: replicas > 2 ? '2' : '1' },
    ...(flushAlways ? [{ name: 'flush.messages', value: '1' }] : []),
  ];
  const made = (topic: string, numPartitions: number) => ({
    topic,
    numPartitions,
    replicationFactor: replicas,
    configEntries,
  });
  const admin = kafka.admin();
  await admin.connect();
  const channels = CHANNELS.map((channel) => made(names[channel], channel === 'deadletters' ? 1 : PARTITIONS));
  const wanted = [...channels, made(stored, 1)];
  await admin.createTopics({ topics: wanted, waitForLeaders: false });
  // The broker that is asked may hear of them later than the one that made them.
  const areThere = () =>
    admin.fetchTopicMetadata({ topics: wanted.map(({ topic }) => topic) }).then(
      ({ topics }) => topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0)),
      () => false,
    );
  for (let looks = 0; !(await areThere()); looks++) {
    if (looks === MOST_LOOKS) throw new Error(`Kafka has not made the topics of the bench in ${looks} looks`);
    await delay(LOOK_AGAIN_MS);
  }
  await admin.disconnect();
}
