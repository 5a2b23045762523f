import { describeWithNats } from '../../brokers/nats/index.ts';
import { describeFaults } from '../describe-faults.ts';
import { CLUSTER_FAULTS } from '../run/cluster-faults.ts';
import { type NatsClusterForFaults, startNatsClusterForFaults } from './nats-cluster.ts';

const START_MS = 60_000;

await describeWithNats('faults of a cluster of NATS', { version: 'newest' }, ({ ours }) => {
  if (!ours) return test.skip('is started here, and the server that was named is another', () => {});
  let cluster: NatsClusterForFaults;

  beforeAll(async () => {
    cluster = await startNatsClusterForFaults();
  }, START_MS);
  afterAll(() => cluster.stop());

  describeFaults(CLUSTER_FAULTS, () => cluster.broker(), { share: 0.3, pace: 0.5, without: ['flood'] });
});
