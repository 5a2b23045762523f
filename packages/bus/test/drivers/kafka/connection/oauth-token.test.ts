import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { tokenFromEndpoint } from '../../../../src/drivers/kafka/connection/oauth-token.ts';

let server: Server;
let asked: { readonly authorization: string | undefined; readonly form: string }[];
let answer: { readonly status: number; readonly body: string };

beforeEach(async () => {
  asked = [];
  server = createServer((request: IncomingMessage, response) => {
    void text(request).then((form) => {
      asked.push({ authorization: request.headers.authorization, form });
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(() => void server.close());

const tokenSource = () =>
  tokenFromEndpoint({
    mechanism: 'oauthbearer',
    tokenEndpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    clientId: 'jam:bus',
    clientSecret: 'se cret',
    scope: 'kafka read',
  });

test('a token is asked for with the credentials of the client, and used for as long as it is good', async () => {
  answer = { status: 200, body: '{"access_token":"abc","expires_in":60}' };
  const token = tokenSource();
  expect(await Promise.all([token(), token()])).toEqual(['abc', 'abc']);
  expect(await token()).toBe('abc');
  const authorization = `Basic ${Buffer.from('jam%3Abus:se%20cret').toString('base64')}`;
  expect(asked).toEqual([{ authorization, form: 'grant_type=client_credentials&scope=kafka+read' }]);
});

test('a token without a time is asked for each time', async () => {
  answer = { status: 200, body: '{"access_token":"abc"}' };
  const token = tokenSource();
  await token();
  await token();
  expect(asked).toHaveLength(2);
});

test.each([
  [401, '{"error":"invalid_client"}', 'bus_refused'],
  [200, '{"token":"abc"}', 'bus_refused'],
  [503, 'busy', 'bus_unavailable'],
])('an answer with status %i and body %s is %s', async (status, body, code) => {
  answer = { status, body };
  await expect(tokenSource()()).rejects.toMatchObject({ code, message: expect.stringContaining(`HTTP ${status}`) });
});

test('an endpoint that is not there may be there later', async () => {
  const token = tokenSource();
  server.close();
  await expect(token()).rejects.toMatchObject({ code: 'bus_unavailable' });
});
