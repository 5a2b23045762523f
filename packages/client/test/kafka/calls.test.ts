import { describeWithKafka, type KafkaBroker } from '../../../../test/brokers/kafka/index.ts';
import { describeCalls } from '../contract/describe-calls.ts';
import { type KafkaScene, openKafkaScene, SHORT_SESSIONS } from './support/kafka-scene.ts';

const LONG_MS = 150_000;

for (const version of ['newest', '3'] as const) {
  await describeWithKafka(`calls of a client, Kafka ${version}`, { version }, (kafka) => {
    let broker: KafkaBroker;
    let scene: KafkaScene;

    beforeAll(async () => {
      broker = await kafka.start(kafka.ours ? { properties: SHORT_SESSIONS } : {});
    }, 600_000);
    afterAll(() => broker.stop());
    beforeEach(async () => {
      scene = await openKafkaScene(broker);
    });
    afterEach(() => scene.close(), LONG_MS);

    describeCalls(() => scene);
  });
}
