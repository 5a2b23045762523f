import { type Cluster, readingNeeds, typeOf, withAdmin } from '@jambus/bus/kafka-connection';
import { JambusError } from '@jambus/schema';
import type { Admin } from 'kafkajs';

/** An offset for each of some partitions. */
export type Places = ReadonlyMap<number, number>;

/**
 * Where the partitions of a topic end now: the offset of the record to come.
 *
 * @throws JambusError as `fromKafka`; `isTopicMissing` tells whether there is no such topic
 */
export function endsOf(cluster: Cluster, topic: string): Promise<Places> {
  const needs = readingNeeds(topic);
  return withAdmin(cluster, `looking at topic ${topic}`, (admin) => endsBy(admin, topic), needs);
}

/**
 * Partitions in which a group has no position, each with its end. The ends are those of before the look at the positions, so
 * that in a partition that has none there is nothing behind its end that anybody counts on.
 *
 * @throws JambusError as `endsOf`
 */
export function unplacedOf(cluster: Cluster, topic: string, groupId: string): Promise<Places> {
  const look = async (admin: Admin): Promise<Places> => {
    const unplaced = new Map(await endsBy(admin, topic));
    const [found] = await admin.fetchOffsets({ groupId, topics: [topic] });
    for (const { partition, offset } of found?.partitions ?? []) if (Number(offset) >= 0) unplaced.delete(partition);
    return unplaced;
  };
  return withAdmin(cluster, `looking for the position of ${groupId} in ${topic}`, look, readingNeeds(topic, groupId));
}

async function endsBy(admin: Admin, topic: string): Promise<Places> {
  // The next look would be repeated for a while when there is no such topic.
  await admin.fetchTopicMetadata({ topics: [topic] });
  const offsets = await admin.fetchTopicOffsets(topic);
  return new Map(offsets.map(({ partition, high }) => [partition, Number(high)]));
}

/** What was looked up; undefined when there is no such topic. */
export async function unlessMissing<T>(looking: Promise<T>): Promise<T | undefined> {
  try {
    return await looking;
  } catch (error) {
    if (isTopicMissing(error)) return undefined;
    throw error;
  }
}

export function isTopicMissing(error: unknown): boolean {
  return typeOf(error) === 'UNKNOWN_TOPIC_OR_PARTITION';
}

/** The adapters make the topics. */
export function noTopic(topic: string): JambusError {
  return new JambusError('bus_unavailable', `there is no topic ${topic}: no adapter has been here yet`);
}
