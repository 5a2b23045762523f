import { describeWithNats } from '../../brokers/nats/index.ts';
import { describeFaults } from '../describe-faults.ts';
import { FAULTS } from '../run/faults.ts';
import { startNatsBroker } from './nats-broker.ts';

await describeWithNats('faults on NATS', { version: 'newest' }, (nats) => {
  describeFaults(FAULTS, () => startNatsBroker(nats), { share: 0.4 });
});
