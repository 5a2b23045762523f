import { clearStage, openAnsweredCall, openCall, openStage, placeCall, settle } from './harness.ts';
import { startRawServer } from './raw-server.ts';

afterEach(clearStage);

const NOTIFY = { verb: 'config', notifyEvents: true };
/** No automatic reconnect within the time of a test. */
const NEVER = 0.001;

test.each([
  ['a bare close', (socket: { close(): void }) => socket.close()],
  ['1001', (socket: { close(code: number): void }) => socket.close(1001)],
  ['1011', (socket: { close(code: number): void }) => socket.close(1011)],
  ['1012', (socket: { close(code: number): void }) => socket.close(1012)],
  ['1013', (socket: { close(code: number): void }) => socket.close(1013)],
  ['a TCP cut', (socket: { terminate(): void }) => socket.terminate()],
])('after %s the call comes back with session:reconnect and the data of session:new', async (_what, close) => {
  const { socket, server, session, call } = await openAnsweredCall();
  close(socket.socket);
  const second = await server.socket(2);
  const reconnect = await second.message('session:reconnect');
  expect(reconnect['data']).toEqual(session['data']);
  expect(reconnect['msgid']).not.toBe(session['msgid']);
  second.ack(reconnect, [{ verb: 'say', text: 'not for a live call' }]);
  await settle();
  expect(call.state.verbs.items.map(({ name }) => name)).not.toContain('say');
  expect(call.reconnects).toBe(1);
});

test('reconnects are due after 0.5, 1, 2 and 4 s, and there are four per call', async () => {
  const { server, call } = await openAnsweredCall({ reconnectSpeed: 100 });
  const waits: number[] = [];
  for (let number = 1; number <= 4; number += 1) {
    const droppedAt = performance.now();
    (await server.socket(number)).socket.terminate();
    const next = await server.socket(number + 1);
    waits.push(performance.now() - droppedAt);
    next.ack(await next.message('session:reconnect'));
    await settle();
  }
  expect(waits.every((wait, index) => wait >= 5 * 2 ** index - 1)).toBe(true);
  (await server.socket(5)).socket.terminate();
  await settle(150);
  expect(server.upgrades).toBe(5);
  expect(call.reconnects).toBe(4);
  expect(call.counters.drops).toBe(5);
});

test('a call that has used up its reconnects still redials when it has something to say', async () => {
  const { server, call } = await openAnsweredCall();
  for (let number = 1; number <= 5; number += 1) {
    const socket = await server.socket(number);
    if (number > 1) socket.ack(await socket.message('session:reconnect'));
    await settle(10);
    socket.socket.terminate();
  }
  await settle(250);
  expect(server.upgrades).toBe(5);
  call.hangup();
  const last = await server.socket(6);
  last.ack(await last.message('session:reconnect'));
  await last.status('call:status', { call_status: 'completed' });
  expect((await call.ended).reason).toBe('completed');
});

test('rc in the URL bounds the reconnects as well', async () => {
  const server = await startRawServer();
  const call = placeCall(server, { url: `${server.url}#rc=1` });
  const socket = await server.socket();
  socket.ack(await socket.message('session:new'), [{ verb: 'pause', length: 100 }]);
  await socket.message('call:status');
  socket.socket.terminate();
  await settle(100);
  expect(server.upgrades).toBe(1);
  expect(call.connected).toBe(false);
});

test('a refused TCP connect does not count, and the call keeps trying', async () => {
  const { server, call } = await openAnsweredCall({ reconnectSpeed: 100 });
  const { port } = server;
  await server.close();
  await settle(100);
  await server.reopen(port);
  const second = await server.socket(2);
  second.ack(await second.message('session:reconnect'));
  await settle();
  expect(call.reconnects).toBe(1);
  expect(call.connected).toBe(true);
});

test('what the call has to say makes it reconnect at once, waits for the ack, and comes in order', async () => {
  const { socket, server } = await openCall(
    [NOTIFY, { verb: 'answer' }, { verb: 'pause', length: 4, id: 'p' }, { verb: 'tag', data: {}, id: 't' }],
    {
      reconnectSpeed: NEVER,
    },
  );
  await socket.status('verb:status', { event: 'starting', id: 'p' });
  socket.socket.terminate();
  const second = await server.socket(2);
  const reconnect = await second.message('session:reconnect');
  await settle();
  expect(second.types).toEqual(['session:reconnect']);
  second.ack(reconnect);
  await second.status('verb:status', { event: 'finished', id: 't' });
  expect(second.messages.slice(1).map(({ data }) => data)).toEqual([
    { event: 'finished', id: 'p', name: 'pause' },
    { event: 'starting', id: 't', name: 'tag' },
    { event: 'finished', id: 't', name: 'tag' },
  ]);
});

test('a hook in flight when the socket drops is abandoned: the call goes on and a later ack does nothing', async () => {
  const { socket, server, call } = await openCall([
    NOTIFY,
    { verb: 'gather', actionHook: '/menu', timeout: 1 },
    { verb: 'pause', length: 100, id: 'after' },
  ]);
  const hook = await socket.message('verb:hook');
  socket.socket.terminate();
  const second = await server.socket(2);
  second.ack(await second.message('session:reconnect'));
  await second.status('verb:status', { event: 'starting', id: 'after' });
  second.ack(hook, [{ verb: 'say', text: 'too late', id: 'late' }]);
  await settle();
  expect(call.counters.acksLate).toBe(1);
  expect(call.state.verbs.items.map(({ id }) => id)).not.toContain('late');
});

test('a session:reconnect that is not acked in time makes jambonz hang up', async () => {
  const { socket, server, call } = await openAnsweredCall({ ackTimeoutMs: 60 });
  socket.socket.terminate();
  const second = await server.socket(2);
  await second.status('call:status', { call_status: 'completed', call_termination_by: 'jambonz' });
  expect(await second.closed()).toBe(1000);
  expect(await call.ended).toMatchObject({ reason: 'lost', detail: expect.stringMatching(/session:reconnect/) });
});

test('a drop before the ack to session:reconnect makes jambonz hang up', async () => {
  const { socket, server, call } = await openAnsweredCall();
  socket.socket.terminate();
  const second = await server.socket(2);
  await second.message('session:reconnect');
  second.socket.terminate();
  expect(await call.ended).toMatchObject({ reason: 'lost', reconnects: 1 });
});

test('after a drop before the ack to session:new, the ack to session:reconnect is the initial application', async () => {
  const { socket, server, session, call } = await openStage();
  socket.socket.terminate();
  const second = await server.socket(2);
  const reconnect = await second.message('session:reconnect');
  second.ack(session, [{ verb: 'say', text: 'old msgid' }]);
  second.ack(reconnect, [{ verb: 'pause', length: 100, id: 'first' }]);
  await settle();
  expect(call.state.verbs.items.map(({ id }) => id)).toEqual(['first']);
  expect(call.counters.acksUnknown).toBe(1);
});

test('in that case an empty list rejects the call', async () => {
  const { socket, server, call } = await openStage();
  socket.socket.terminate();
  const second = await server.socket(2);
  second.ack(await second.message('session:reconnect'), []);
  expect(await second.closed()).toBe(1001);
  expect(await call.ended).toMatchObject({ reason: 'rejected', sipStatus: 480 });
});

test('close code 1000 gives the session up: no reconnect, nothing said, and the call ends when its verbs run out', async () => {
  const { socket, server, call } = await openCall([NOTIFY, { verb: 'answer' }, { verb: 'pause', length: 3 }]);
  await socket.status('verb:status', { event: 'starting', name: 'pause' });
  const before = socket.types.length;
  socket.socket.close(1000);
  expect(await call.ended).toMatchObject({ reason: 'completed', reconnects: 0, detail: 'the verbs ran out' });
  expect(server.upgrades).toBe(1);
  expect(socket.types).toHaveLength(before);
});

test('close code 1000 does not end a call whose verbs had run out before: it waits until the caller hangs up', async () => {
  const { socket, call } = await openCall([NOTIFY, { verb: 'answer', id: 'last' }]);
  await socket.status('verb:status', { event: 'finished', id: 'last' });
  let over = false;
  void call.ended.then(() => {
    over = true;
  });
  socket.socket.close(1000);
  await settle();
  expect(over).toBe(false);
  call.hangup();
  expect(await call.ended).toMatchObject({ reason: 'completed', detail: 'the caller hung up' });
});

test('503 with Connection: close on a reconnect ends the automatic reconnects, but not those with something to say', async () => {
  const { socket, server, call } = await openAnsweredCall({ handshakeTimeoutMs: 50 });
  server.answerUpgrade = (_request, tcp, attempt) => {
    if (attempt === 2) tcp.end('HTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    return attempt === 2;
  };
  socket.socket.terminate();
  await settle(300);
  expect(server.upgrades).toBe(2);
  const answer = call.send('verb:hook', { hook: '/x' });
  const second = await server.socket(2);
  second.ack(await second.message('session:reconnect'));
  second.ack(await second.message('verb:hook'), 'data');
  expect(await answer).toEqual({ ok: true, data: 'data' });
  // The refusal was one of its reconnects.
  expect(call.reconnects).toBe(2);
});

test('503 without Connection: close runs into the handshake timeout and is followed by another reconnect', async () => {
  const { socket, server } = await openAnsweredCall({ handshakeTimeoutMs: 50 });
  server.answerUpgrade = (_request, tcp, attempt) => {
    if (attempt === 2) tcp.write('HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n');
    return attempt === 2;
  };
  socket.socket.terminate();
  const second = await server.socket(2);
  await second.message('session:reconnect');
  expect(server.upgrades).toBe(3);
});

test('last words that never get through make the call lost', async () => {
  const { server, call } = await openAnsweredCall({ ackTimeoutMs: 80 });
  await server.close();
  while (call.connected) await settle(5);
  call.hangup();
  expect(await call.ended).toMatchObject({ reason: 'lost', detail: expect.stringMatching(/did not come back/) });
});
