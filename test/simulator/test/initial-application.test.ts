import { clearStage, openCall, openStage, settle } from './harness.ts';

afterEach(clearStage);

test('without an ack to session:new in time the call is rejected with 480 and the socket closed with 1001', async () => {
  const { call, socket } = await openStage({ ackTimeoutMs: 60 });
  expect(await socket.closed()).toBe(1001);
  expect(await call.ended).toMatchObject({ reason: 'rejected', sipStatus: 480, setupMs: undefined });
  expect(call.counters.acksUnanswered).toBe(1);
  expect(socket.types).toEqual(['session:new']);
});

test.each([
  ['no data', undefined, /array/],
  ['an empty list', [], /no application/],
  ['an object', { verb: 'pause', length: 1 }, /array/],
  ['an unknown verb', [{ verb: 'sing', text: 'la' }], /sing/],
  ['a part of a verb in the place of a verb', [{ verb: 'synthesizer', vendor: 'google' }], /synthesizer/],
  [
    'one unknown property',
    [
      { verb: 'pause', length: 1 },
      { verb: 'say', text: 'hi', txet: 'typo' },
    ],
    /txet/,
  ],
  ['a missing property', [{ verb: 'pause' }], /length/],
  ['a property of the wrong type', [{ verb: 'pause', length: '1' }], /length/],
  ['a say with nothing to say', [{ verb: 'say' }], /text/],
])('an initial application of %s rejects the call', async (_what, data, reason) => {
  const { call, socket, session } = await openStage();
  socket.ack(session, data);
  expect(await socket.closed()).toBe(1001);
  const outcome = await call.ended;
  expect(outcome).toMatchObject({ reason: 'rejected', sipStatus: 480 });
  expect(outcome.detail).toMatch(reason);
});

test('both notations of verbs are understood', async () => {
  const { call, socket } = await openCall([{ pause: { length: 1, id: 'a' } }, { verb: 'pause', length: 1, id: 'b' }]);
  await settle(60);
  expect(call.state.verbs.items.map(({ id }) => id)).toEqual(['a', 'b']);
  expect(socket.types).not.toContain('jambonz:error');
});

test('a command that comes before the session exists is lost', async () => {
  const { call, socket, session } = await openStage();
  socket.command('redirect', [{ verb: 'say', text: 'too early' }]);
  socket.ack(session, [{ verb: 'pause', length: 100 }]);
  await socket.message('call:status');
  expect(call.ignored).toEqual([expect.stringMatching(/before the session existed/)]);
  expect(call.state.verbs.items.map(({ name }) => name)).toEqual(['pause']);
});

test('so is one that comes in the same segment as the ack', async () => {
  const { call, socket, session } = await openStage();
  socket.ack(session, [{ verb: 'pause', length: 100 }]);
  socket.command('redirect', [{ verb: 'say', text: 'too early' }]);
  await socket.message('call:status');
  expect(call.ignored).toEqual([expect.stringMatching(/before the session existed/)]);
});

test('a caller who hangs up before the application came ends the call as soon as it comes', async () => {
  const { call, socket, session } = await openStage();
  call.hangup();
  socket.ack(session, [{ verb: 'say', text: 'too late' }]);
  await socket.status('call:status', { call_status: 'no-answer', sip_status: 487 });
  expect(await call.ended).toMatchObject({ reason: 'completed', sipStatus: 487 });
});
