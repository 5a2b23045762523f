import type { JsonObject } from '../index.ts';
import { clearStage, openAnsweredCall, openCall, settle } from './harness.ts';

afterEach(clearStage);

const NEXT = { verb: 'pause', length: 1000, id: 'next' };
const SAY = { verb: 'say', text: 'x'.repeat(20_000), id: 'long' };

function ids(call: { state: { verbs: { items: readonly { id: string | undefined }[] } } }): unknown[] {
  return call.state.verbs.items.map(({ id }) => id);
}

/** A call that speaks, with another verb behind, and is told to ask `/other`. */
async function openAsking(options = {}) {
  const stage = await openCall([SAY, NEXT], options);
  await settle(20);
  stage.socket.command('redirect', { call_hook: '/other' });
  return { ...stage, request: await stage.socket.message('session:redirect') };
}

test('the verb that executes goes on until the ack is there', async () => {
  const { call, request, socket } = await openAsking();
  await settle(60);
  expect(ids(call)).toEqual(['long']);
  expect(request).toMatchObject({ hook: '/other', call_sid: call.callSid, data: { call_sid: call.callSid } });
  socket.ack(request, [{ ...NEXT, id: 'other' }]);
  await settle();
  expect(ids(call)).toEqual(['long', 'other']);
});

test('an ack without data kills that verb, and the one behind it comes', async () => {
  const { call, request, socket } = await openAsking();
  socket.ack(request);
  await settle();
  expect(ids(call)).toEqual(['long', 'next']);
});

test('an ack with an empty list clears all verbs, and the call waits for commands', async () => {
  const { call, request, socket } = await openAsking();
  socket.ack(request, []);
  await settle();
  expect(ids(call)).toEqual(['long']);
  socket.command('redirect', [{ ...NEXT, id: 'commanded' }]);
  await settle();
  expect(ids(call)).toEqual(['long', 'commanded']);
});

test('verbs that come later as redirect come too late: the verb behind has begun, or another redirect has won', async () => {
  const { call, request, socket } = await openAsking();
  socket.ack(request);
  await settle(20);
  socket.command('redirect', [{ ...NEXT, id: 'late' }]);
  await settle();
  expect(ids(call)).toEqual(['long', 'next', 'late']);
});

test.each([
  ['no ack in time', undefined, /no ack/],
  ['an unusable ack', [{ verb: 'say', txet: 'typo' }], /txet/],
])('%s changes nothing', async (_what, data, reason) => {
  const { call, request, socket } = await openAsking({ ackTimeoutMs: 60 });
  if (data) socket.ack(request, data);
  await settle(100);
  expect(ids(call)).toEqual(['long']);
  expect(call.ignored).toEqual([expect.stringMatching(reason)]);
});

test('child_call_hook without a connected dial asks nobody, but kills the verb that executes', async () => {
  const { call, socket } = await openCall([SAY, NEXT]);
  await settle(20);
  socket.command('redirect', { child_call_hook: '/child' });
  await settle();
  expect(socket.types).not.toContain('session:redirect');
  expect(ids(call)).toEqual(['long', 'next']);
});

test('a redirect whose data names nothing is only noted', async () => {
  const { call, socket } = await openAnsweredCall();
  socket.command('redirect', { hook: '/other' });
  await settle();
  expect(call.ignored).toEqual([expect.stringMatching(/no verbs and no hook/)]);
});

test('REST does what the command does, and says nothing to the server about it', async () => {
  const { call, socket } = await openAnsweredCall();
  call.update({ call_hook: '/other' });
  socket.ack(await socket.message('session:redirect'), [{ verb: 'conference', name: 'rest', id: 'conf' }]);
  await settle();
  call.update({ conf_hold_status: 'hold' });
  call.update({ nonsense: 1 });
  expect(call.state.onHold).toBe(true);
  expect(call.ignored).toEqual([expect.stringMatching(/updateCall/)]);
  expect((call.received as readonly { message: JsonObject }[]).map(({ message }) => message['type'])).toEqual([
    'ack',
    'ack',
  ]);
});
