import { DEFAULT_LANES_SETTINGS, EQUAL_STANDING } from '@jambus/bus';
import { AdapterConfig, loadConfig } from '@jambus/schema';
import { connectBus } from '../../src/bus/connect-bus.ts';

const OPTIONS = { onTrouble: () => {}, lanes: DEFAULT_LANES_SETTINGS, standing: EQUAL_STANDING, stopMs: 100 };

function connectWith(settings: Record<string, string>, signal = new AbortController().signal) {
  const config = loadConfig(AdapterConfig, {
    JAMBUS_BUS: 'nats',
    JAMBUS_GATEWAYS: 'ws://127.0.0.1:1',
    JAMBUS_LINK_TOKEN: 'a-token-for-tests-only',
    ...settings,
  });
  return connectBus(config, OPTIONS, signal);
}

test.each([
  [{ JAMBUS_NATS_USER: 'adapter' }, /JAMBUS_NATS_USER, JAMBUS_NATS_PASSWORD/],
  [{ JAMBUS_NATS_PASSWORD: 'secret' }, /JAMBUS_NATS_USER, JAMBUS_NATS_PASSWORD/],
  [{ JAMBUS_NATS_TLS_CERT: '/cert.pem' }, /JAMBUS_NATS_TLS_CERT, JAMBUS_NATS_TLS_KEY/],
  [{ JAMBUS_NATS_CREDENTIALS: '/no/such/file' }, /credentials file cannot be read/],
  [{ JAMBUS_NATS_NKEY: `SU${'A'.repeat(56)}` }, /nkey cannot be used/],
])('settings that cannot work are named before anybody is dialled: %j', async (settings, message) => {
  await expect(connectWith(settings)).rejects.toMatchObject({
    code: 'bad_config',
    message: expect.stringMatching(message),
  });
});

const KAFKA = { JAMBUS_BUS: 'kafka', JAMBUS_KAFKA_BROKERS: '127.0.0.1:1' };
const USER = { JAMBUS_KAFKA_USER: 'adapter', JAMBUS_KAFKA_PASSWORD: 'secret' };
const OAUTH = { JAMBUS_KAFKA_SASL_MECHANISM: 'oauthbearer' };

test.each([
  [{ JAMBUS_KAFKA_USER: 'adapter' }, /JAMBUS_KAFKA_USER, JAMBUS_KAFKA_PASSWORD: expected both/],
  [USER, /JAMBUS_KAFKA_USER: expected JAMBUS_KAFKA_SASL_MECHANISM with it/],
  [{ JAMBUS_KAFKA_SASL_MECHANISM: 'scram-sha-256' }, /got scram-sha-256, expected JAMBUS_KAFKA_USER and/],
  [OAUTH, /got oauthbearer, expected JAMBUS_KAFKA_OAUTH_TOKEN_FILE or/],
  [{ ...OAUTH, JAMBUS_KAFKA_OAUTH_ENDPOINT: 'https://tokens/' }, /OAUTH_CLIENT_SECRET: expected all or none/],
  [{ ...OAUTH, JAMBUS_KAFKA_OAUTH_TOKEN_FILE: '/no/such/file' }, /token file cannot be read/],
  [{ JAMBUS_KAFKA_TLS_CERT: '/cert.pem' }, /JAMBUS_KAFKA_TLS_CERT, JAMBUS_KAFKA_TLS_KEY: expected both/],
  [{ JAMBUS_KAFKA_TLS_CA: '/no/such/file' }, /trusted certificates cannot be read/],
])('settings of Kafka that cannot work are named before anybody is dialled: %j', async (settings, message) => {
  await expect(connectWith({ ...KAFKA, ...settings })).rejects.toMatchObject({
    code: 'bad_config',
    message: expect.stringMatching(message),
  });
});

test('two ways to sign in are a fault of the settings', () => {
  expect(() => connectWith({ JAMBUS_NATS_TOKEN: 'token', JAMBUS_NATS_CREDENTIALS: '/file' })).toThrow(
    /JAMBUS_NATS_TOKEN, JAMBUS_NATS_CREDENTIALS: both set/,
  );
});

test.each([
  ['server', { JAMBUS_NATS_URL: 'nats://127.0.0.1:1' }],
  ['broker', KAFKA],
])('a stop ends the dialling of a %s that is not there', async (_, settings: Record<string, string>) => {
  const stop = new AbortController();
  const connecting = connectWith(settings, stop.signal);
  stop.abort();
  await expect(connecting).rejects.toMatchObject({ code: 'stopped' });
});
