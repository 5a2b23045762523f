import { lookFor } from '../provisioning/find-broker.ts';
import { NATS_SERVERS } from './find-nats-server.ts';
import { isWanted } from './nats-version.ts';

test('without a server one line says which was wanted, what was tried, and how to get one', async () => {
  const hasNone = () => Promise.reject(new Error('there is no go'));
  const nowhere = { any: [hasNone], newest: [hasNone], '2.9': [hasNone] };
  expect(await lookFor({ ...NATS_SERVERS, places: nowhere }, '2.9')).toEqual({
    available: false,
    line: 'no nats-server 2.9 (there is no go); put one on the PATH, install Go, or set JAMBUS_TEST_NATS_URL',
  });
});

test('"newest" begins where the driver finds everything it makes use of', () => {
  const versions = ['1.4.1', '2.9.25', '2.10.0', '2.15.2-RC.1', '3.0.0'];
  expect(versions.filter((version) => isWanted('newest', version))).toEqual(['2.10.0', '2.15.2-RC.1', '3.0.0']);
  expect(versions.filter((version) => isWanted('2.9', version))).toEqual(['2.9.25']);
});
