import type { JsonObject } from '../index.ts';
import { type CallScript, SILENT_CALLER } from '../index.ts';
import { clearStage, placeCall, settle } from './harness.ts';
import { type RawServer, type ServerSocket, startRawServer } from './raw-server.ts';

afterEach(clearStage);

const WAIT = { verb: 'pause', length: 1000, id: 'wait' };
/** Long enough that the socket is there before somebody answers. */
const RING_MS = 10_000;

/** An outbound call to somebody who behaves like this, and its first socket. */
async function placeOutbound(callee: Partial<CallScript['callee']> = {}, options: JsonObject = {}) {
  const server: RawServer = await startRawServer();
  const script: CallScript = {
    ...SILENT_CALLER,
    callee: { answer: 'answer', ringMs: RING_MS, hangUpAfterMs: Number.POSITIVE_INFINITY, ...callee },
  };
  const call = placeCall(server, { kind: { kind: 'outbound' }, script, ...options });
  const socket: ServerSocket = await server.socket();
  return { server, call, socket };
}

function statuses({ messages }: ServerSocket): unknown[] {
  return messages.filter(({ type }) => type === 'call:status').map(({ data }) => (data as JsonObject)['call_status']);
}

test('its statuses come first and without call_sid; session:new follows on the same socket when it is answered', async () => {
  const { call, socket } = await placeOutbound();
  const session = await socket.message('session:new');
  expect(socket.types).toEqual(['call:status', 'call:status', 'call:status', 'session:new']);
  expect(statuses(socket)).toEqual(['trying', 'ringing', 'in-progress']);
  for (const message of socket.messages.slice(0, 3)) {
    expect(message).not.toHaveProperty('call_sid');
    expect(message).toMatchObject({ data: { call_sid: call.callSid, direction: 'outbound' } });
  }
  expect(session).toMatchObject({
    call_sid: call.callSid,
    data: { call_sid: call.callSid, call_status: 'in-progress' },
  });
  socket.ack(session, [{ verb: 'say', text: 'hello', id: 'greet' }, WAIT]);
  await settle(100);
  expect(call.state.verbs.items.map(({ name }) => name)).toEqual(['rest:dial', 'say', 'pause']);
  call.hangup();
  expect(await socket.status('call:status', { call_status: 'completed' })).toMatchObject({ call_sid: call.callSid });
  expect(await call.ended).toMatchObject({ reason: 'completed', sipStatus: 200 });
});

test.each([
  ['busy', 'busy', 486],
  ['failed', 'failed', 480],
  ['no answer', 'no-answer', 487],
] as const)('a callee who does not answer (%s) ends it without a session:new', async (answer, status, sipStatus) => {
  const { call, socket } = await placeOutbound({ answer }, { speed: 2000 });
  await socket.status('call:status', { call_status: status, sip_status: sipStatus });
  expect(await call.ended).toMatchObject({ reason: 'completed', sipStatus, setupMs: undefined });
  expect(await socket.closed()).toBe(1000);
  expect(socket.types).not.toContain('session:new');
});

test('a call whose application the platform has stored never asks for one', async () => {
  const verbs = [WAIT];
  const { call, socket } = await placeOutbound({ ringMs: 500 }, { kind: { kind: 'outbound', verbs } });
  await socket.status('call:status', { call_status: 'in-progress' });
  await settle();
  expect(call.state.verbs.items.map(({ id }) => id)).toEqual([undefined, 'wait']);
  socket.command('dtmf', { dtmf: { digit: '1' } }, { callSid: call.callSid });
  await settle();
  expect(call.state.dtmfSent.total).toBe(1);
  expect(socket.types).toEqual(['call:status', 'call:status', 'call:status']);
});

test('a drop while it rings brings a session:reconnect without any call_sid, and then the rest', async () => {
  const { server, call, socket } = await placeOutbound();
  await socket.status('call:status', { call_status: 'ringing' });
  socket.socket.terminate();
  const second = await server.socket(2);
  const reconnect = await second.message('session:reconnect');
  expect(reconnect).not.toHaveProperty('call_sid');
  expect(reconnect['data']).toEqual({});
  await settle(60);
  expect(second.types).toEqual(['session:reconnect']);
  second.ack(reconnect, []);
  second.ack(await second.message('session:new'), [WAIT]);
  await settle();
  expect(call.mute).toBe(false);
  expect(second.types).toEqual(['session:reconnect', 'call:status', 'session:new']);
});

test('refusing that session:reconnect ends the call', async () => {
  const { server, call, socket } = await placeOutbound({}, { ackTimeoutMs: 60 });
  socket.socket.terminate();
  await (await server.socket(2)).message('session:reconnect');
  expect(await call.ended).toMatchObject({ reason: 'lost', detail: expect.stringMatching(/session:reconnect/) });
});

test('without a usable application the callee hears nothing, and a command still helps', async () => {
  const { call, socket } = await placeOutbound();
  socket.ack(await socket.message('session:new'), [{ verb: 'say', txet: 'typo' }]);
  await settle();
  expect(call.ignored).toEqual([expect.stringMatching(/txet.*hears nothing/)]);
  socket.command('redirect', [WAIT]);
  await settle();
  expect(call.state.verbs.items.map(({ id }) => id)).toContain('wait');
  expect(call.connected).toBe(true);
});

test('call:status no-answer gives up while it rings', async () => {
  const { call, socket } = await placeOutbound();
  await socket.status('call:status', { call_status: 'ringing' });
  socket.command('call:status', { call_status: 'no-answer' });
  await socket.status('call:status', { call_status: 'no-answer', sip_status: 487 });
  expect((await call.ended).sipStatus).toBe(487);
});

test('the callee hangs up when the script says so', async () => {
  const { call, socket } = await placeOutbound({ hangUpAfterMs: 3000 });
  socket.ack(await socket.message('session:new'), [WAIT]);
  await socket.status('call:status', { call_status: 'completed', call_termination_by: 'caller' });
  expect((await call.ended).reason).toBe('completed');
});

test('the command dial places such a call, with a socket of its own', async () => {
  const { server, call, socket } = await placeOutbound();
  socket.ack(await socket.message('session:new'), [WAIT]);
  await settle();
  socket.command('dial', { call_hook: server.url, from: '+100', to: { type: 'phone', number: '+200' } });
  const second = await server.socket(2);
  const session = await second.message('session:new');
  expect(session).toMatchObject({ data: { direction: 'outbound', from: '+100', to: '+200' } });
  expect(call.offspring.map(({ callSid }) => callSid)).toEqual([session['call_sid']]);
  expect(session['call_sid']).not.toBe(call.callSid);
});
