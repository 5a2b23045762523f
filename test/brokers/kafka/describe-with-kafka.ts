import { describeWithBroker } from '../provisioning/describe-with-broker.ts';
import { findKafkaBroker } from './find-kafka-broker.ts';
import type { KafkaVersion } from './kafka-version.ts';
import { type KafkaBroker, type KafkaBrokerOptions, startKafkaBroker } from './start-kafka-broker.ts';

/** What the tests of a suite start their brokers with. */
export interface KafkaForTests {
  /** False: the broker is a running one that is not ours; no options, `kill` and `restart` are to be had. */
  readonly ours: boolean;
  /** Starts a broker of the suite's version; with one that is not ours, returns that one each time. */
  start(options?: Omit<KafkaBrokerOptions, 'version'>): Promise<KafkaBroker>;
}

/**
 * Declares a suite that needs Kafka. To be awaited at the top of a test file. Without a broker the suite is skipped, with
 * one line on standard error; when `CI` is set it fails instead.
 *
 * @param body declares the tests, synchronously
 */
export async function describeWithKafka(
  name: string,
  { version = 'any' }: { readonly version?: KafkaVersion },
  body: (kafka: KafkaForTests) => void,
): Promise<void> {
  const source = await findKafkaBroker(version);
  const ours = !source.available || source.kind !== 'running';
  describeWithBroker(name, source, () => body({ ours, start: (options) => startKafkaBroker({ ...options, version }) }));
}
