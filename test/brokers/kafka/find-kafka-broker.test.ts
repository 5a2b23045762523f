import { lookFor } from '../provisioning/find-broker.ts';
import { KAFKA_BROKERS } from './find-kafka-broker.ts';
import { isWanted } from './kafka-version.ts';

test('without a broker one line says which was wanted, what was tried, and how to get one', async () => {
  const hasNone = () => Promise.reject(new Error('there is no java'));
  const nowhere = { any: [hasNone], newest: [hasNone], '3': [hasNone] };
  expect(await lookFor({ ...KAFKA_BROKERS, places: nowhere }, '3')).toEqual({
    available: false,
    line: 'no Kafka 3 (there is no java); install Java 17 and Maven, or Docker, or set JAMBUS_TEST_KAFKA_BROKERS',
  });
});

test('"newest" begins with Kafka 4, "3" ends before it', () => {
  const versions = ['2.8.2', '3.9', '3.9.2', '4', '4.4.0', '10.0.0'];
  expect(versions.filter((version) => isWanted('newest', version))).toEqual(['4', '4.4.0', '10.0.0']);
  expect(versions.filter((version) => isWanted('3', version))).toEqual(['3.9', '3.9.2']);
  expect(versions.filter((version) => isWanted('any', version))).toEqual(versions);
});
