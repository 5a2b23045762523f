import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Admin, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';

const POLL_MS = 100;
/** What brokers say while a partition changes its leader. */
const LEADERLESS: ReadonlySet<string | undefined> = new Set(['LEADER_NOT_AVAILABLE', 'NOT_LEADER_FOR_PARTITION']);

export interface ReadRecord {
  readonly partition: number;
  readonly message: KafkaMessage;
}

/** Everything a topic has now, by partition. */
export async function readTopic(client: Kafka, admin: Admin, topic: string): Promise<ReadRecord[]> {
  const ends = new Map<number, number>();
  for (const { partition, offset } of await offsetsOf(admin, topic)) ends.set(partition, Number(offset));
  const missing = new Set([...ends].filter(([, end]) => end > 0).map(([partition]) => partition));
  if (missing.size === 0) return [];
  const records = new Map<string, ReadRecord>();
  let done = false;
  const consumer = client.consumer({
    groupId: `reader-${randomUUID()}`,
    maxWaitTimeInMs: POLL_MS,
    // One that fails as it is ended would be started again, and dial brokers that are gone for ever.
    retry: { restartOnFailure: async () => !done },
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    const eachBatch = async ({ batch: { partition, messages } }: EachBatchPayload): Promise<void> => {
      // The group may have to begin again.
      for (const message of messages) records.set(`${partition}/${message.offset}`, { partition, message });
      if (Number(messages.at(-1)?.offset) + 1 >= (ends.get(partition) ?? 0)) missing.delete(partition);
      if (missing.size === 0) resolve();
    };
    consumer.run({ eachBatch }).catch(reject);
  });
  done = true;
  await consumer.stop();
  await consumer.disconnect();
  return [...records.values()].sort(byOffset);
}

/** However long a partition is without a leader. */
async function offsetsOf(admin: Admin, topic: string): ReturnType<Admin['fetchTopicOffsets']> {
  for (;;) {
    try {
      return await admin.fetchTopicOffsets(topic);
    } catch (error) {
      if (!LEADERLESS.has((error as { readonly type?: string }).type)) throw error;
      await delay(POLL_MS);
    }
  }
}

function byOffset(a: ReadRecord, b: ReadRecord): number {
  return a.partition - b.partition || Number(a.message.offset) - Number(b.message.offset);
}
