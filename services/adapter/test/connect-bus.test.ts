import { DEFAULT_LANES_SETTINGS } from '@jambus/bus';
import { AdapterConfig, loadConfig } from '@jambus/schema';
import { connectBus } from '../src/connect-bus.ts';

const OPTIONS = { onTrouble: () => {}, lanes: DEFAULT_LANES_SETTINGS, stopMs: 100 };

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
  [{ JAMBUS_BUS: 'kafka' }, /kafka: this version has no driver/],
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

test('two ways to sign in are a fault of the settings', () => {
  expect(() => connectWith({ JAMBUS_NATS_TOKEN: 'token', JAMBUS_NATS_CREDENTIALS: '/file' })).toThrow(
    /JAMBUS_NATS_TOKEN, JAMBUS_NATS_CREDENTIALS: both set/,
  );
});

test('a stop ends the dialling of a server that is not there', async () => {
  const stop = new AbortController();
  const connecting = connectWith({ JAMBUS_NATS_URL: 'nats://127.0.0.1:1' }, stop.signal);
  stop.abort();
  await expect(connecting).rejects.toMatchObject({ code: 'stopped' });
});
