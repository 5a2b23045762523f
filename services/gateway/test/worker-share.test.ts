import { GatewayConfig, loadConfig } from '@jambus/schema';
import { gatewayWorkers } from '../src/worker-share.ts';

const ENVIRONMENT = { JAMBUS_LINK_TOKEN: 'correct-horse-battery', JAMBUS_WORKERS: '3', JAMBUS_GATEWAY_ID: 'pod-7' };

function shares(environment: Readonly<Record<string, string>>) {
  const config = loadConfig(GatewayConfig, { ...ENVIRONMENT, ...environment });
  return [0, 1, 2].map((index) => gatewayWorkers.share(config, index));
}

test('each has a name and a link port of its own, and all have the port of jambonz', () => {
  const all = shares({});
  expect(all.map(({ gatewayId }) => gatewayId)).toEqual(['pod-7-0', 'pod-7-1', 'pod-7-2']);
  expect(all.map(({ linkPort }) => linkPort)).toEqual([3001, 3002, 3003]);
  expect(all.map(({ websocketPort }) => websocketPort)).toEqual([3000, 3000, 3000]);
});

test('limits of the whole are shared out', () => {
  const [one] = shares({
    JAMBUS_MAX_CALLS: '100',
    JAMBUS_UPGRADES_PER_SECOND: '10',
    JAMBUS_EVENT_BUFFER_BYTES: '30000000',
  });
  expect(one).toMatchObject({ maxCalls: 34, upgradesPerSecond: 4, eventBufferBytes: 10_000_000 });
});

test('no limit of upgrades stays none, and a buffer takes the largest event of each application', () => {
  const [one] = shares({
    JAMBUS_UPGRADES_PER_SECOND: '0',
    JAMBUS_APPLICATIONS: '{"/a":"a","*":"jambonz"}',
    JAMBUS_EVENT_BUFFER_BYTES: '2097152',
  });
  expect(one).toMatchObject({ upgradesPerSecond: 0, eventBufferBytes: 2_097_152 });
});
