import type { KafkaForTests } from '../../brokers/kafka/describe-with-kafka.ts';
import type { NatsForTests } from '../../brokers/nats/describe-with-nats.ts';

/** A broker, for adapters and for those who serve. */
export interface Running {
  readonly settings: Readonly<Record<string, string>>;
  readonly address: string;
  stop(): Promise<void>;
}

export async function startNats(nats: NatsForTests): Promise<Running> {
  const { url, stop } = await nats.start();
  return { settings: { JAMBUS_BUS: 'nats', JAMBUS_NATS_URL: url }, address: url, stop };
}

export async function startKafka(kafka: KafkaForTests): Promise<Running> {
  const { brokers, stop } = await kafka.start();
  const address = brokers[0] ?? '';
  return { settings: { JAMBUS_BUS: 'kafka', JAMBUS_KAFKA_BROKERS: address }, address, stop };
}
