import { type CallScript, type JsonObject, parseScript, SILENT_CALLER } from '../index.ts';
import { clearStage, openCall, settle } from './harness.ts';

afterEach(clearStage);

const NEXT = { verb: 'pause', length: 1000, id: 'next' };
const DIAL = {
  verb: 'dial',
  id: 'out',
  actionHook: '/dialled',
  confirmHook: '/confirm',
  target: [{ type: 'phone', number: '+300' }],
};
const LONG: CallScript = { ...SILENT_CALLER, durations: { dial: 1_000_000 } };

/** A call whose callee has answered and is asked whether they take it. */
async function openConfirm(options: { script?: CallScript; ackTimeoutMs?: number } = {}, dial: JsonObject = DIAL) {
  const stage = await openCall([{ verb: 'config', notifyEvents: true }, dial, NEXT], { script: LONG, ...options });
  const request = await stage.socket.message('dial:confirm');
  return { ...stage, request };
}

/** The last `call:status` of the dialled leg. */
function childStatus(messages: readonly JsonObject[]): unknown {
  const data = messages.filter(({ type }) => type === 'call:status').map((message) => message['data'] as JsonObject);
  return data.filter(({ direction }) => direction === 'outbound').at(-1)?.['call_status'];
}

test('dial:confirm comes after the callee has answered, with the data of the callee', async () => {
  const { socket, request, call } = await openConfirm();
  const { call_sid: childSid } = request['data'] as JsonObject;
  expect(request).toMatchObject({ hook: '/confirm', call_sid: call.callSid, data: { direction: 'outbound' } });
  expect(childSid).not.toBe(call.callSid);
  expect(childStatus(socket.messages)).toBe('in-progress');
});

test('a confirmHook of the target wins over that of the dial', async () => {
  const target = [{ type: 'phone', number: '+300', confirmHook: '/target' }];
  const { request } = await openConfirm({}, { ...DIAL, target });
  expect(request['hook']).toBe('/target');
});

test.each([
  ['an empty list', []],
  ['no data', undefined],
])('an ack with %s accepts: both parties are connected unasked', async (_what, data) => {
  const { socket, request, call } = await openConfirm();
  socket.ack(request, data);
  await settle();
  socket.command('whisper', { whisper: { verb: 'say', text: 'connected' } });
  await settle();
  expect(call.state.whispers.total).toBe(1);
});

test('verbs in the ack are played to the callee, who is then connected', async () => {
  const { socket, request, call } = await openConfirm();
  socket.ack(request, [
    { verb: 'say', text: 'Press 1', id: 'ask' },
    { verb: 'gather', actionHook: '/accept', input: ['digits'], timeout: 1 },
  ]);
  const accept = await socket.message('verb:hook', ({ hook }) => hook === '/accept');
  expect(accept).toMatchObject({ data: { call_sid: (request['data'] as JsonObject)['call_sid'] } });
  socket.ack(accept, []);
  await settle();
  expect(call.state.sideVerbs.items.map(({ leg, verb }) => [leg, verb.name])).toEqual([
    ['child', 'say'],
    ['child', 'gather'],
  ]);
  expect(socket.messages.filter(({ data }) => (data as JsonObject)['id'] === 'ask')).toEqual([]);
  socket.command('mute:status', { mute_status: 'mute' }, { callSid: (request['data'] as JsonObject)['call_sid'] });
  await settle();
  expect(call.state.childMuted).toBe(true);
});

test('verbs that hang up decline: the dial ends and the application goes on', async () => {
  const { socket, request, call } = await openConfirm();
  socket.ack(request, [{ verb: 'say', text: 'bye' }, { verb: 'hangup' }]);
  const hook = await socket.message('verb:hook', (message) => message['hook'] === '/dialled');
  socket.ack(hook, []);
  await socket.status('verb:status', { event: 'starting', id: 'next' });
  expect(call.connected).toBe(true);
});

test.each([
  ['a verb that needs no call', [{ verb: 'pause', length: 1 }], /pause is not allowed/],
  ['an unknown property', [{ verb: 'say', txet: 'typo' }], /txet/],
])('%s in the ack drops the callee', async (_what, verbs, reason) => {
  const { socket, request, call } = await openConfirm();
  socket.ack(request, verbs);
  socket.ack(await socket.message('verb:hook'), []);
  await socket.status('verb:status', { event: 'starting', id: 'next' });
  expect(call.ignored).toEqual([expect.stringMatching(reason)]);
});

test('no ack in time drops the callee', async () => {
  const { socket, call } = await openConfirm({ ackTimeoutMs: 60 });
  await socket.message('verb:hook');
  expect(call.ignored).toEqual([expect.stringMatching(/no ack to dial:confirm.*dropped/)]);
});

test('a redirect meanwhile kills the dial and drops the callee; the ack that follows does nothing', async () => {
  const { socket, request, call } = await openConfirm();
  socket.command('redirect', [{ verb: 'say', text: 'for the callee?', id: 'late' }, NEXT]);
  await socket.status('call:status', {
    direction: 'outbound',
    call_status: 'completed',
    call_termination_by: 'jambonz',
  });
  socket.ack(request, [{ verb: 'say', text: 'late as well' }]);
  socket.ack(await socket.message('verb:hook'), [{ verb: 'say', text: 'ignored', id: 'ignored' }]);
  await socket.status('verb:status', { event: 'starting', id: 'late' });
  await settle();
  expect(call.state.sideVerbs.total).toBe(0);
  expect(call.ignored).toEqual([expect.stringMatching(/the dial had ended/)]);
  expect(call.state.verbs.items.map(({ id }) => id)).not.toContain('ignored');
});

test('a redirect while verbs are played to the callee drops the callee too', async () => {
  const { socket, request } = await openConfirm();
  socket.ack(request, [{ verb: 'say', text: 'x'.repeat(5000) }]);
  await settle();
  socket.command('redirect', [NEXT]);
  await socket.status('call:status', { direction: 'outbound', call_status: 'completed' });
});

test('a callee who hangs up meanwhile ends the dial', async () => {
  const script = parseScript({ callee: { hangup: 2000 } });
  const { socket, request } = await openConfirm({ script });
  socket.ack(request, [{ verb: 'say', text: 'x'.repeat(5000) }]);
  await socket.status('call:status', {
    direction: 'outbound',
    call_status: 'completed',
    call_termination_by: 'caller',
  });
  await socket.message('verb:hook', ({ hook }) => hook === '/dialled');
});

test.each([
  ['busy', 'busy', 486],
  ['no answer', 'no-answer', 487],
])('a callee who is not reached (%s) is not asked', async (answer, status, sipStatus) => {
  const script = parseScript({ callee: { answer } });
  const { socket } = await openCall([{ ...DIAL, timeout: 5 }, NEXT], { script });
  const hook = await socket.message('verb:hook');
  expect(hook['data']).toMatchObject({ dial_call_status: status, dial_sip_status: sipStatus });
  expect(socket.types).not.toContain('dial:confirm');
});
