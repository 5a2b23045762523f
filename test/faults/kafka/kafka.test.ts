import { describeWithKafka } from '../../brokers/kafka/index.ts';
import { describeFaults } from '../describe-faults.ts';
import { FAULTS } from '../run/faults.ts';
import { startKafkaFaultyBroker } from './kafka-broker.ts';

await describeWithKafka('faults on Kafka', { version: 'newest' }, (kafka) => {
  describeFaults(FAULTS, () => startKafkaFaultyBroker(kafka), { share: 0.2 });
});
