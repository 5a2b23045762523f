import type { Unavailable } from '../provisioning/availability.ts';
import { type BrokerKind, brokerFinder } from '../provisioning/find-broker.ts';
import type { KafkaBrokerSource } from './kafka-broker-source.ts';
import { isWanted, type KafkaVersion } from './kafka-version.ts';
import { BROKERS_SETTING, dockerImage, fromMaven, givenBroker } from './places.ts';

const WHICH: Readonly<Record<KafkaVersion, string>> = { any: '', newest: ' 4 or newer', '3': ' 3' };

export const KAFKA_BROKERS: BrokerKind<KafkaVersion, KafkaBrokerSource> = {
  name: 'Kafka',
  describe: (wanted) => `Kafka${WHICH[wanted]}`,
  remedy: `install Java 17 and Maven, or Docker, or set ${BROKERS_SETTING}`,
  isWanted,
  given: givenBroker,
  places: {
    any: [fromMaven, dockerImage],
    newest: [fromMaven, dockerImage],
    '3': [fromMaven, dockerImage],
  },
};

const find = brokerFinder(KAFKA_BROKERS);

/**
 * Finds a Kafka broker for tests, or makes one: the one named by JAMBUS_TEST_KAFKA_BROKERS, then Apache Kafka from its
 * Maven artifacts, run with the Java of this machine, then as a Docker image. Downloading happens once, into `.cache`.
 * Says on standard error which one it took.
 *
 * @throws Error when JAMBUS_TEST_KAFKA_BROKERS is set and of no use
 */
export function findKafkaBroker(wanted: KafkaVersion = 'any'): Promise<KafkaBrokerSource | Unavailable> {
  return find(wanted);
}
