import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import type { Confirmation, Outgoing, Wire } from './wire.ts';

const AGAIN_MS = 200;
/** The client may wait for ever for a broker that was killed. */
const PATIENCE_MS = 5_000;
/** The largest of them stay under what a broker takes at once, also after an outage. */
const BATCH = 100;

interface Waiting {
  readonly command: Outgoing;
  readonly partition: number;
  readonly confirmed: (confirmation: Confirmation) => void;
}

export async function kafkaWire(brokers: string, prefix: string): Promise<Wire> {
  const kafka = new Kafka({
    brokers: brokers.split(','),
    clientId: 'publisher',
    logLevel: logLevel.NOTHING,
    retry: { retries: 1_000_000, maxRetryTime: 1_000, initialRetryTime: 100 },
  });
  const topic = `${prefix}.commands`;
  // Retries are ours: the client's would send on for a topic that is being made anew.
  const newProducer = () =>
    kafka.producer({ allowAutoTopicCreation: false, retry: { retries: 2, initialRetryTime: 100 } });
  let producer = newProducer();
  const consumer = kafka.consumer({
    groupId: `publisher-${randomUUID()}`,
    maxWaitTimeInMs: 50,
    sessionTimeout: 30_000,
  });
  await producer.connect();
  await consumer.connect();
  const admin = kafka.admin();
  await admin.connect();
  const metadata = await admin.fetchTopicMetadata({ topics: [topic] });
  await admin.disconnect();
  const partitionMetadata = metadata.topics[0]?.partitions ?? [];
  const partitioner = Partitioners.DefaultPartitioner();

  const waiting: Waiting[] = [];
  let sending = false;

  /** @returns a producer that is connected, or the same one when there is none to be had */
  const another = async (former: Producer): Promise<Producer> => {
    const next = newProducer();
    try {
      await inTime(next.connect());
      former.disconnect().catch(() => {});
      return next;
    } catch {
      next.disconnect().catch(() => {});
      return former;
    }
  };

  /** One request at a time: commands that are sent side by side would change places. */
  const drain = async (): Promise<void> => {
    sending = true;
    while (waiting.length > 0) {
      let batch = waiting.splice(0, BATCH);
      while (batch.length > 0) {
        try {
          const messages = batch.map(({ command, partition }) => messageOf(command, partition));
          const answers = await inTime(producer.send({ topic, acks: -1, messages }));
          const offsets = new Map(answers.map(({ partition, baseOffset }) => [partition, Number(baseOffset)]));
          confirm(batch, offsets);
          // When a leader changes, the client may leave out a partition, whose new leader has answered for others, and say nothing.
          batch = batch.filter(({ partition }) => !offsets.has(partition));
        } catch {
          await delay(AGAIN_MS);
          producer = await another(producer);
        }
      }
    }
    sending = false;
  };

  return {
    async listen(onEvent) {
      await consumer.subscribe({ topic: `${prefix}.events`, fromBeginning: true });
      const joined = new Promise<void>((resolve) => {
        consumer.on(consumer.events.GROUP_JOIN, () => resolve());
      });
      await consumer.run({
        eachMessage: async ({ message: { key, headers, value } }) =>
          onEvent({
            callSid: String(key),
            type: String(headers?.['ce_type']),
            sequence: Number(String(headers?.['ce_sequence'])),
            payload: String(value),
          }),
      });
      await joined;
    },
    publish: (command) =>
      new Promise((confirmed) => {
        const partition = partitioner({ topic, partitionMetadata, message: { key: command.callSid, value: null } });
        waiting.push({ command, partition, confirmed });
        if (!sending) void drain();
      }),
  };
}

function inTime<T>(promise: Promise<T>): Promise<T> {
  const timeout = delay(PATIENCE_MS, undefined, { ref: false }).then(() => {
    throw new Error(`no answer for ${PATIENCE_MS} ms`);
  });
  return Promise.race([promise, timeout]);
}

function messageOf({ callSid, body, attributes }: Outgoing, partition: number) {
  const headers = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce_${name}`, value]));
  return { key: callSid, value: body, partition, headers };
}

/** The broker says where the first of each partition is. */
function confirm(batch: readonly Waiting[], next: Map<number, number>): void {
  for (const { partition, confirmed } of batch) {
    const offset = next.get(partition);
    if (offset === undefined) continue;
    next.set(partition, offset + 1);
    confirmed({ partition, offset });
  }
}
