import { clearStage, openAnsweredCall, openCall, settle } from './harness.ts';

afterEach(clearStage);

const NOTIFY = { verb: 'config', notifyEvents: true };

function events(messages: readonly { readonly [key: string]: unknown }[]): unknown[] {
  return messages.filter(({ type }) => type === 'verb:status').map(({ data }) => data);
}

test('without notifyEvents no verb:status is sent', async () => {
  const { socket, call } = await openCall([
    { verb: 'config', onHoldMusic: 'x.mp3' },
    { verb: 'config', notifyEvents: false },
    { verb: 'say', text: 'hi' },
    { verb: 'hangup' },
  ]);
  await call.ended;
  expect(socket.types).toEqual(['session:new', 'call:status', 'call:status', 'call:status']);
});

test('with notifyEvents verbs report as the real server does, in order with the call status', async () => {
  const { socket, call } = await openCall([NOTIFY, { verb: 'say', text: 'hi', id: 'greet' }, { verb: 'hangup' }]);
  await call.ended;
  expect(events(socket.messages)).toEqual([
    { event: 'finished', name: 'config' },
    { event: 'starting', id: 'greet', name: 'say' },
    { event: 'start-playback', id: 'greet', name: 'say', verb: 'say' },
    { event: 'stop-playback', id: 'greet', name: 'say', verb: 'say' },
    { event: 'finished', id: 'greet', name: 'say' },
    { event: 'starting', name: 'hangup' },
    { event: 'finished', name: 'hangup' },
  ]);
  const statuses = socket.messages.filter(({ type }) => type === 'call:status').map(({ data }) => data);
  expect(statuses).toMatchObject([
    { call_status: 'trying', sip_status: 100 },
    { call_status: 'in-progress', sip_status: 200, sip_reason: 'OK' },
    { call_status: 'completed', call_termination_by: 'jambonz', duration: expect.any(Number) },
  ]);
});

test('the documented form of verb:status has verb and status instead', async () => {
  const { socket, call } = await openCall([NOTIFY, { verb: 'say', text: 'hi', id: 'greet' }, { verb: 'hangup' }], {
    statusForm: 'documented',
  });
  await call.ended;
  expect(events(socket.messages)).toContainEqual({ id: 'greet', verb: 'say', status: 'begin' });
  expect(events(socket.messages)).toContainEqual({ id: 'greet', verb: 'say', status: 'end' });
});

test('a call is hung up with completed and close code 1000', async () => {
  const { socket, call } = await openAnsweredCall();
  call.hangup();
  await socket.status('call:status', { call_status: 'completed', call_termination_by: 'caller' });
  expect(await socket.closed()).toBe(1000);
  expect(await call.ended).toMatchObject({ reason: 'completed', sipStatus: 200, crashed: false });
});

test('when its verbs run out the call stays up and waits for commands', async () => {
  const { socket, call } = await openCall([NOTIFY, { verb: 'say', text: 'a', id: 'first' }]);
  await socket.status('verb:status', { event: 'finished', id: 'first' });
  await settle();
  expect(call.connected).toBe(true);
  socket.command('redirect', [{ verb: 'say', text: 'b', id: 'second' }]);
  await socket.status('verb:status', { event: 'finished', id: 'second' });
});

test('a pause does not answer the call, so a hangup after it is skipped', async () => {
  const { socket, call } = await openCall([NOTIFY, { verb: 'pause', length: 1 }, { verb: 'hangup', id: 'bye' }]);
  await socket.status('verb:status', { event: 'starting', id: 'bye' });
  await settle();
  expect(call.connected).toBe(true);
  expect(call.state.answered).toBe(false);
  expect(call.ignored).toEqual([expect.stringMatching(/hangup skipped/)]);
});

test('earlyMedia plays without answering', async () => {
  const { socket, call } = await openCall([NOTIFY, { verb: 'say', text: 'a', id: 'early', earlyMedia: true }]);
  await socket.status('verb:status', { event: 'finished', id: 'early' });
  expect(call.state.answered).toBe(false);
});

test('sip:decline refuses the call with its status', async () => {
  const { socket, call } = await openCall([{ verb: 'sip:decline', status: 486, reason: 'Busy Here' }]);
  await socket.status('call:status', { call_status: 'failed', sip_status: 486, sip_reason: 'Busy Here' });
  expect(await call.ended).toMatchObject({ reason: 'completed', sipStatus: 486 });
});

test('a gather that nobody answers says so in its hook; an ack without verbs goes on with the application', async () => {
  const { socket } = await openCall([
    NOTIFY,
    { verb: 'gather', id: 'menu', actionHook: '/menu', timeout: 1, say: { text: 'hi' } },
    { verb: 'say', text: 'next', id: 'next' },
  ]);
  const hook = await socket.message('verb:hook');
  expect(hook).toMatchObject({
    hook: '/menu',
    data: { reason: 'timeout', verb_id: 'menu', call_status: 'in-progress' },
  });
  expect(hook['b3']).toBe(`${'0'.repeat(32)}-${'0'.repeat(16)}-1`);
  expect(events(socket.messages)).not.toContainEqual(expect.objectContaining({ event: 'finished', id: 'menu' }));
  socket.ack(hook, []);
  await socket.status('verb:status', { event: 'finished', id: 'menu' });
  await socket.status('verb:status', { event: 'finished', id: 'next' });
});

test('verbs in the ack to a hook replace the application', async () => {
  const { socket, call } = await openCall([
    NOTIFY,
    { verb: 'gather', actionHook: '/menu', timeout: 1 },
    { verb: 'say', text: 'never', id: 'never' },
  ]);
  socket.ack(await socket.message('verb:hook'), [{ verb: 'say', text: 'b', id: 'answer' }]);
  await socket.status('verb:status', { event: 'finished', id: 'answer' });
  expect(call.state.verbs.items.map(({ id }) => id)).not.toContain('never');
});

test('an invalid verb in the ack to a hook is only noted, and the call goes on', async () => {
  const { socket, call } = await openCall([
    NOTIFY,
    { verb: 'gather', actionHook: '/menu', timeout: 1 },
    { verb: 'say', text: 'next', id: 'next' },
  ]);
  socket.ack(await socket.message('verb:hook'), [{ verb: 'say', txet: 'typo' }]);
  await socket.status('verb:status', { event: 'finished', id: 'next' });
  expect(call.ignored).toEqual([expect.stringMatching(/txet/)]);
});

test('an unanswered hook holds the call up for the time of an ack; its late ack is only noted', async () => {
  const { socket, call } = await openCall(
    [NOTIFY, { verb: 'gather', id: 'menu', actionHook: '/menu', timeout: 1 }, { verb: 'say', text: 'x', id: 'next' }],
    { ackTimeoutMs: 80 },
  );
  const hook = await socket.message('verb:hook');
  await settle(30);
  expect(events(socket.messages)).not.toContainEqual(expect.objectContaining({ event: 'finished', id: 'menu' }));
  await socket.status('verb:status', { event: 'finished', id: 'next' });
  socket.ack(hook, [{ verb: 'say', text: 'late', id: 'late' }]);
  socket.ack(hook, []);
  socket.ack({ msgid: 'nobody' }, []);
  await settle();
  expect(call.counters).toMatchObject({ acksUnanswered: 1, acksLate: 2, acksUnknown: 1 });
  expect(call.state.verbs.items.map(({ id }) => id)).not.toContain('late');
  expect(call.connected).toBe(true);
});

test('a second ack is counted and has no effect', async () => {
  const { socket, call, session } = await openAnsweredCall();
  socket.ack(session, [{ verb: 'say', text: 'again' }]);
  await settle();
  expect(call.counters).toMatchObject({ acksAnswered: 1, acksDuplicate: 1 });
  expect(call.state.verbs.items.map(({ name }) => name)).toEqual(['config', 'answer', 'pause']);
});

test('a redirect verb asks its hook for the next application, and without an ack the call is over', async () => {
  const verbs = [{ verb: 'answer' }, { verb: 'redirect', actionHook: '/next' }];
  const { socket, call } = await openCall(verbs, { ackTimeoutMs: 60 });
  socket.ack(await socket.message('session:redirect', ({ hook }) => hook === '/next'), [
    { verb: 'redirect', actionHook: '/more' },
  ]);
  await socket.message('session:redirect', ({ hook }) => hook === '/more');
  expect(await call.ended).toMatchObject({ reason: 'completed', detail: 'the verbs ran out' });
});

test('a tag is part of the hooks that follow, its keys untouched', async () => {
  const { socket } = await openCall([
    { verb: 'tag', data: { orderId: 7 } },
    { verb: 'gather', actionHook: '/menu', timeout: 1 },
  ]);
  expect(await socket.message('verb:hook')).toMatchObject({ data: { customerData: { orderId: 7 } } });
});

test('a dial reports its leg on the same socket and performs its hook when the far end hangs up', async () => {
  const { socket, call } = await openCall([
    NOTIFY,
    { verb: 'dial', id: 'out', actionHook: '/dialled', target: [{ type: 'phone', number: '+300' }] },
  ]);
  const bLeg = await socket.status('call:status', { direction: 'outbound', call_status: 'in-progress' });
  expect(bLeg).toMatchObject({ call_sid: call.callSid, data: { to: '+300', parent_call_sid: call.callSid } });
  const hook = await socket.message('verb:hook');
  expect(hook).toMatchObject({ hook: '/dialled', data: { dial_call_status: 'completed', dial_sip_status: 200 } });
  await socket.status('call:status', { direction: 'outbound', call_status: 'completed' });
});
