import { startCall } from '../index.ts';
import { clearStage, openStage, placeCall } from './harness.ts';
import { startRawServer } from './raw-server.ts';

afterEach(clearStage);

test('a server that does not agree on the subprotocol loses the call at once, without a retry', async () => {
  const server = await startRawServer({ subprotocol: false });
  const outcome = await placeCall(server).ended;
  expect(outcome).toMatchObject({ reason: 'failed', sipStatus: 480 });
  expect(outcome.detail).toMatch(/subprotocol/);
  expect(server.upgrades).toBe(1);
});

test('the subprotocol, Basic credentials and permessage-deflate go with the upgrade, the fragment does not', async () => {
  const server = await startRawServer();
  placeCall(server, { url: `ws://user:p%40ss@127.0.0.1:${server.port}/app?x=1#rc=2&rp=5xx` });
  const { request } = await server.socket();
  expect(request.url).toBe('/app?x=1');
  expect(request.headers).toMatchObject({
    'sec-websocket-protocol': 'ws.jambonz.org',
    authorization: `Basic ${Buffer.from('user:p@ss').toString('base64')}`,
  });
  expect(request.headers['sec-websocket-extensions']).toMatch(/permessage-deflate/);
});

test('permessage-deflate is not offered when compression is off', async () => {
  const server = await startRawServer();
  placeCall(server, { compression: false });
  const { request } = await server.socket();
  expect(request.headers['sec-websocket-extensions']).toBeUndefined();
});

test('an upgrade that is not answered in time fails the call, without a retry', async () => {
  const server = await startRawServer();
  server.answerUpgrade = () => true;
  const outcome = await placeCall(server, { handshakeTimeoutMs: 60 }).ended;
  expect(outcome).toMatchObject({ reason: 'failed', sipStatus: 480 });
  expect(outcome.detail).toMatch(/handshake/);
  expect(server.upgrades).toBe(1);
});

test.each([401, 404, 503])('HTTP %i on the first connect fails the call, without a retry', async (status) => {
  const server = await startRawServer();
  server.answerUpgrade = (_request, socket) => {
    socket.end(`HTTP/1.1 ${status} No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    return true;
  };
  const outcome = await placeCall(server).ended;
  expect(outcome).toMatchObject({ reason: 'failed', sipStatus: 480 });
  expect(outcome.detail).toMatch(String(status));
  expect(server.upgrades).toBe(1);
});

test('rp=5xx in the fragment makes a 503 worth as many retries as rc says', async () => {
  const server = await startRawServer();
  server.answerUpgrade = (_request, socket) => {
    socket.end('HTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    return true;
  };
  const outcome = await placeCall(server, { url: `${server.url}#rc=2&rp=5xx` }).ended;
  expect(outcome.reason).toBe('failed');
  expect(server.upgrades).toBe(3);
});

test('a reset TCP connection is retried until the server is there', async () => {
  const server = await startRawServer();
  server.answerUpgrade = (_request, socket, attempt) => {
    if (attempt < 3) socket.destroy();
    return attempt < 3;
  };
  const call = placeCall(server);
  const socket = await server.socket();
  await socket.message('session:new');
  expect(server.upgrades).toBe(3);
  expect(call.reconnects).toBe(0);
});

test('refused TCP fails the call after six attempts', async () => {
  const server = await startRawServer();
  const { url } = server;
  await server.close();
  const outcome = await startCall({ url, reconnectSpeed: 200 }).ended;
  expect(outcome).toMatchObject({ reason: 'failed', sipStatus: 480 });
  expect(outcome.detail).toMatch(/ECONNREFUSED/);
  // 0.5 + 1 + 2 + 4 + 6 s between the six.
  expect(outcome.durationMs).toBeGreaterThanOrEqual(13_500 / 200 - 5);
});

test('session:new is as large and as detailed as the real one', async () => {
  const { session, call } = await openStage({ from: '+100', to: '+200' });
  expect(Object.keys(session)).toEqual(['type', 'msgid', 'call_sid', 'data']);
  expect(session).toMatchObject({
    call_sid: call.callSid,
    data: {
      call_sid: call.callSid,
      direction: 'inbound',
      from: '+100',
      to: '+200',
      call_status: 'trying',
      sip_status: 100,
      sip: { method: 'INVITE', headers: { 'X-CID': expect.any(String), 'call-id': expect.any(String) } },
      defaults: { synthesizer: { vendor: 'google' } },
    },
  });
  expect(session['msgid']).toMatch(/^[1-9A-HJ-NP-Za-km-z]{22}$/);
  const size = JSON.stringify(session).length;
  expect(size).toBeGreaterThan(2048);
  expect(size).toBeLessThan(6000);
});

test('with tracing every message carries a b3 of the trace of the call', async () => {
  const { session } = await openStage({ tracing: true });
  const { trace_id: traceId } = session['data'] as { trace_id: string };
  expect(traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(session['b3']).toMatch(new RegExp(`^${traceId}-[0-9a-f]{16}-1$`));
});

test('a URL that is no websocket URL, or has an unknown policy, is refused with the reason', () => {
  expect(() => startCall({ url: 'http://127.0.0.1' })).toThrow(/ws:\/\//);
  expect(() => startCall({ url: 'ws://127.0.0.1/#rp=sometimes' })).toThrow(/sometimes/);
});
