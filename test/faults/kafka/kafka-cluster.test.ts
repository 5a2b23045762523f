import { describeWithKafka } from '../../brokers/kafka/index.ts';
import { describeFaults } from '../describe-faults.ts';
import { CLUSTER_FAULTS } from '../run/cluster-faults.ts';
import { type KafkaClusterForFaults, startKafkaClusterForFaults } from './kafka-cluster.ts';

const START_MS = 180_000;

await describeWithKafka('faults of a cluster of Kafka', { version: 'newest' }, ({ ours }) => {
  if (!ours) return test.skip('is started here, and the broker that was named is another', () => {});
  let cluster: KafkaClusterForFaults;

  beforeAll(async () => {
    cluster = await startKafkaClusterForFaults();
  }, START_MS);
  afterAll(() => cluster.stop(), START_MS);

  describeFaults(CLUSTER_FAULTS, () => cluster.broker(), { share: 0.15, pace: 0.1, without: ['flood'] });
});
