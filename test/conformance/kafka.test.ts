import { describeWithKafka, type KafkaBroker } from '../brokers/kafka/index.ts';
import { describeBus } from './describe-bus.ts';
import { kafkaHarness, SHORT_SESSIONS } from './kafka-harness.ts';

for (const version of ['newest', '3'] as const) {
  await describeWithKafka(`Kafka ${version}`, { version }, (kafka) => {
    let broker: KafkaBroker;

    beforeAll(async () => {
      broker = await kafka.start({ properties: SHORT_SESSIONS });
    }, 60_000);

    afterAll(() => broker.stop());

    describeBus('kafka', kafkaHarness({ ports: () => [broker.port] }));
  });
}
