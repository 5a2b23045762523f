import type { Admin, PartitionMetadata } from 'kafkajs';

/** Brokers with these properties give the lead to the first replica of a partition within a second. */
export const LEAD_FOLLOWS_ORDER = {
  'auto.leader.rebalance.enable': 'true',
  'leader.imbalance.check.interval.seconds': '1',
  'leader.imbalance.per.broker.percentage': '0',
};

export type PartitionOfTopic = PartitionMetadata & { readonly topic: string };

export async function partitionsOf(admin: Admin, topics: readonly string[]): Promise<PartitionOfTopic[]> {
  const metadata = await admin.fetchTopicMetadata({ topics: [...topics] });
  return metadata.topics.flatMap(({ name, partitions }) => partitions.map((one) => ({ topic: name, ...one })));
}

/** Makes the second replica of each partition the first, and so its leader in a moment. */
export async function transferLeaders(admin: Admin, topics: readonly string[]): Promise<void> {
  const partitions = await partitionsOf(admin, topics);
  await admin.alterPartitionReassignments({
    topics: topics.map((topic) => ({
      topic,
      partitionAssignment: partitions
        .filter((one) => one.topic === topic)
        .map(({ partitionId, replicas: [leader = 0, ...others] }) => ({
          partition: partitionId,
          replicas: [...others, leader],
        })),
    })),
  });
}
