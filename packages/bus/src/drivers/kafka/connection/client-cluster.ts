import kafkajs, { type Cluster as ClientCluster, type ConsumerConfig, type Kafka } from 'kafkajs';

/**
 * The client's own view of the cluster, which can ask brokers anything. The client shows it to those who share out partitions
 * only, so a consumer is made for that, which never runs and joins no group.
 */
export function clientClusterOf(
  kafka: Kafka,
  settings: Pick<ConsumerConfig, 'retry' | 'metadataMaxAge'>,
): ClientCluster {
  let cluster: ClientCluster | undefined;
  kafka.consumer({
    ...settings,
    groupId: 'none',
    allowAutoTopicCreation: false,
    partitionAssigners: [
      (config) => {
        cluster = config.cluster;
        return kafkajs.PartitionAssigners.roundRobin(config);
      },
    ],
  });
  if (cluster === undefined) throw new TypeError('this version of kafkajs makes its assigners later');
  return cluster;
}
