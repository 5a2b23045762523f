import type { JsonObject } from '../index.ts';
import { clearStage, openCall, settle } from './harness.ts';
import { startRawServer } from './raw-server.ts';

afterEach(clearStage);

const WAIT = { verb: 'pause', length: 1000, id: 'wait' };
const ANSWER = { verb: 'answer' };

/** A call that was redirected to a second server, whose application is acked. */
async function openRedirected(more: JsonObject = {}) {
  const other = await startRawServer();
  const stage = await openCall([
    ANSWER,
    { verb: 'redirect', actionHook: other.url, ...more },
    { ...WAIT, id: 'behind' },
  ]);
  const control = await other.socket();
  const request = await control.message('session:redirect');
  return { ...stage, other, control, request };
}

test('a redirect to an absolute URL opens a new socket, whose first message is session:redirect without call_sid', async () => {
  const { call, control, request, other } = await openRedirected();
  expect(control.types).toEqual(['session:redirect']);
  expect(request).not.toHaveProperty('call_sid');
  expect(request).toMatchObject({ hook: other.url, data: { call_sid: call.callSid } });
  control.ack(request, [WAIT]);
  await settle();
  expect(call.state.verbs.items.map(({ id }) => id)).not.toContain('behind');
  expect(call.sockets).toBe(2);
});

test('the old socket stays open for call:status, and nothing else comes there', async () => {
  const { call, socket, control, request } = await openRedirected();
  control.ack(request, [{ verb: 'config', notifyEvents: true }, WAIT]);
  await control.status('verb:status', { event: 'starting', id: 'wait' });
  call.hangup();
  await socket.status('call:status', { call_status: 'completed' });
  expect(control.types).not.toContain('call:status');
  expect(socket.types).not.toContain('verb:status');
  expect(await Promise.all([socket.closed(), control.closed()])).toEqual([1000, 1000]);
});

test('commands on the old socket have no effect, those on the new one do', async () => {
  const { call, socket, control, request } = await openRedirected();
  control.ack(request, [WAIT]);
  await settle();
  socket.command('redirect', [{ ...WAIT, id: 'from the old one' }]);
  control.command('redirect', [{ ...WAIT, id: 'from the new one' }]);
  await settle();
  const ids = call.state.verbs.items.map(({ id }) => id);
  expect(ids).toContain('from the new one');
  expect(ids).not.toContain('from the old one');
  expect(call.ignored).toEqual([expect.stringMatching(/statuses only/)]);
});

test('an old socket that was cut is dialled again only when there is a status to send', async () => {
  const { call, server, socket, control, request, session } = await openRedirected();
  control.ack(request, [WAIT]);
  socket.socket.close(1012);
  await settle(150);
  expect(server.upgrades).toBe(1);
  call.hangup();
  const again = await server.socket(2);
  const reconnect = await again.message('session:reconnect');
  expect(reconnect['data']).toEqual(session['data']);
  again.ack(reconnect);
  await again.status('call:status', { call_status: 'completed' });
  expect((await call.ended).reason).toBe('completed');
});

test('an old socket that was closed with 1000 gets no status any more, and the call goes on', async () => {
  const { call, server, socket, control, request } = await openRedirected();
  control.ack(request, [WAIT]);
  socket.socket.close(1000);
  await settle();
  call.hangup();
  expect((await call.ended).reason).toBe('completed');
  expect(server.upgrades).toBe(1);
});

test('the new socket comes back with session:reconnect that knows no call', async () => {
  const { other, control, request, call } = await openRedirected();
  control.ack(request, [WAIT]);
  await settle();
  control.socket.terminate();
  const second = await other.socket(2);
  const reconnect = await second.message('session:reconnect');
  expect(reconnect).not.toHaveProperty('call_sid');
  expect(reconnect['data']).toEqual({});
  second.ack(reconnect, []);
  second.command('redirect', [{ ...WAIT, id: 'after' }]);
  await settle();
  expect(call.state.verbs.items.map(({ id }) => id)).toContain('after');
});

test('on the new socket a command for the call itself needs callSid, since that socket knows no call', async () => {
  const { call, control, request } = await openRedirected();
  control.ack(request, [WAIT]);
  await settle();
  control.command('dtmf', { dtmf: { digit: '1' } });
  control.command('dtmf', { dtmf: { digit: '2' } }, { callSid: call.callSid });
  await settle();
  expect(call.state.dtmfSent.items).toEqual([{ leg: 'parent', content: { digit: '2' } }]);
});

test('an ack without verbs goes on behind the redirect, and none in time ends the call', async () => {
  const { call, control, request } = await openRedirected();
  control.ack(request, []);
  await settle();
  expect(call.state.verbs.items.map(({ id }) => id)).toContain('behind');

  const other = await startRawServer();
  const late = await openCall([ANSWER, { verb: 'redirect', actionHook: other.url }, WAIT], { ackTimeoutMs: 60 });
  const request2 = await (await other.socket()).message('session:redirect');
  expect(await late.call.ended).toMatchObject({ reason: 'completed', detail: 'the verbs ran out' });
  expect(request2['hook']).toBe(other.url);
});

test('a server that cannot be reached ends the call', async () => {
  const { call } = await openCall([ANSWER, { verb: 'redirect', actionHook: 'ws://127.0.0.1:1/gone#rc=0' }, WAIT]);
  expect(await call.ended).toMatchObject({ reason: 'completed', detail: 'the verbs ran out' });
  expect(call.ignored).toEqual([expect.stringMatching(/lost/)]);
});

test('an absolute statusHook opens a socket for call:status alone, and closes the one that had it', async () => {
  const statuses = await startRawServer();
  const { call, socket, control, request } = await openRedirected({ statusHook: statuses.url });
  expect(await socket.closed()).toBe(1000);
  control.ack(request, [WAIT]);
  call.hangup();
  const third = await statuses.socket();
  const completed = await third.status('call:status', { call_status: 'completed' });
  expect(third.types).toEqual(['call:status']);
  expect(completed).not.toHaveProperty('call_sid');
});

test('with a relative actionHook that closes the socket the application is on, so it is never asked', async () => {
  const statuses = await startRawServer();
  const { call, socket } = await openCall([
    ANSWER,
    { verb: 'redirect', actionHook: '/next', statusHook: statuses.url },
    { verb: 'pause', length: 1, id: 'behind' },
  ]);
  expect(await socket.closed()).toBe(1000);
  expect(await call.ended).toMatchObject({ detail: 'the verbs ran out' });
  expect(socket.types).not.toContain('session:redirect');
});

test('a second redirect opens a third socket; the statuses stay with the first, and the second is forgotten', async () => {
  const { call, socket, control, request } = await openRedirected();
  const third = await startRawServer();
  control.ack(request, [{ verb: 'redirect', actionHook: third.url }, WAIT]);
  const last = await third.socket();
  last.ack(await last.message('session:redirect'), [WAIT]);
  await settle();
  control.command('redirect', [{ ...WAIT, id: 'from the second' }]);
  last.command('redirect', [{ ...WAIT, id: 'from the third' }]);
  await settle();
  expect(call.sockets).toBe(3);
  expect(call.state.verbs.items.map(({ id }) => id).slice(-1)).toEqual(['from the third']);
  call.hangup();
  await socket.status('call:status', { call_status: 'completed' });
  await call.ended;
  expect([control.types, last.types]).toEqual([['session:redirect'], ['session:redirect']]);
});
