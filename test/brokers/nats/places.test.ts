import { givenServer, URL_SETTING } from './places.ts';

const before = process.env[URL_SETTING];
afterEach(() => {
  if (before === undefined) delete process.env[URL_SETTING];
  else process.env[URL_SETTING] = before;
});

test('nothing is given when the environment names no server', async () => {
  process.env[URL_SETTING] = '';
  expect(await givenServer()).toBeUndefined();
});

test.each(['nats://127.0.0.1:1', 'no url'])('a server that is named and of no use is an error: %s', async (url) => {
  process.env[URL_SETTING] = url;
  await expect(givenServer()).rejects.toThrow(`JAMBUS_TEST_NATS_URL=${url} is of no use: `);
});
