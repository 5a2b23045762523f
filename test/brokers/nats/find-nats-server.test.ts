import { lookFor as lookForBroker, type Place } from '../provisioning/find-broker.ts';
import { NATS_SERVERS } from './find-nats-server.ts';
import type { NatsServerSource } from './nats-server-source.ts';
import { isWanted, type NatsVersion } from './nats-version.ts';

function lookFor(wanted: NatsVersion, places: readonly Place<NatsVersion, NatsServerSource>[]) {
  return lookForBroker({ ...NATS_SERVERS, places: { ...NATS_SERVERS.places, [wanted]: places } }, wanted);
}

const has =
  (version: string, origin: string): (() => Promise<NatsServerSource>) =>
  () =>
    Promise.resolve({ available: true, kind: 'program', file: 'nats-server', version, origin });
const hasNone = (reason: string) => () => Promise.reject(new Error(reason));

test('the first place that has a server is taken and later ones are not asked', async () => {
  const asked: string[] = [];
  const expensive = () => {
    asked.push('expensive');
    return Promise.reject(new Error('asked'));
  };
  const source = await lookFor('any', [hasNone('nothing'), has('2.15.2', 'on the PATH'), expensive]);
  expect(source).toMatchObject({ available: true, origin: 'on the PATH' });
  expect(asked).toEqual([]);
});

test('a server of another version than wanted is passed over', async () => {
  const places = [has('2.15.2', 'on the PATH'), has('2.9.10', 'from the Debian package')];
  expect(await lookFor('2.9', places)).toMatchObject({ version: '2.9.10' });
  expect(await lookFor('newest', [...places].reverse())).toMatchObject({ version: '2.15.2' });
  expect(await lookFor('any', [...places].reverse())).toMatchObject({ version: '2.9.10' });
});

test('without a server one line says what was tried, and how to get one', async () => {
  const source = await lookFor('2.9', [has('2.15.2', 'on the PATH'), hasNone('there is no go')]);
  expect(source).toEqual({
    available: false,
    line:
      'no nats-server 2.9 (on the PATH it is 2.15.2; there is no go); ' +
      'put one on the PATH, install Go, or set JAMBUS_TEST_NATS_URL',
  });
});

test('"newest" begins where the driver finds everything it makes use of', () => {
  const versions = ['1.4.1', '2.9.25', '2.10.0', '2.15.2-RC.1', '3.0.0'];
  expect(versions.filter((version) => isWanted('newest', version))).toEqual(['2.10.0', '2.15.2-RC.1', '3.0.0']);
  expect(versions.filter((version) => isWanted('2.9', version))).toEqual(['2.9.25']);
});
