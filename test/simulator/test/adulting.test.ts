import type { JsonObject } from '../index.ts';
import { clearStage, openCall, settle } from './harness.ts';
import type { ServerSocket } from './raw-server.ts';

afterEach(clearStage);

const WAIT = { verb: 'pause', length: 1000, id: 'wait' };
const NOTIFY = { verb: 'config', notifyEvents: true };
const DIAL = { verb: 'dial', id: 'out', actionHook: '/dialled', target: [{ type: 'phone', number: '+300' }] };

/** A call that talks to the leg it dialled. */
async function openDialled() {
  const stage = await openCall([DIAL, { ...WAIT, id: 'behind' }], {
    script: { caller: [], faults: [], durations: { dial: 1_000_000 } },
  });
  const { data } = await stage.socket.status('call:status', { direction: 'outbound', call_status: 'in-progress' });
  await settle(20);
  return { ...stage, childSid: (data as JsonObject)['call_sid'] };
}

/** The same, with the leg having become a call of its own that executes these verbs. */
async function openAdult(verbs: unknown[], ackData: unknown = undefined) {
  const stage = await openDialled();
  stage.socket.command('redirect', { child_call_hook: '/child' });
  stage.socket.ack(await stage.socket.message('session:redirect'), verbs);
  const adult: ServerSocket = await stage.server.socket(2);
  const adulting = await adult.message('session:adulting');
  adult.ack(adulting, ackData);
  await settle();
  return { ...stage, adult, adulting, child: stage.call.offspring[0] };
}

test('verbs for child_call_hook make the leg a call of its own: session:adulting on a socket of its own', async () => {
  const { socket, adult, adulting, childSid, call, child } = await openAdult([WAIT]);
  expect(socket.messages.find(({ type }) => type === 'session:redirect')).toMatchObject({
    hook: '/child',
    data: { call_sid: childSid, parent_call_sid: call.callSid },
  });
  expect(adult.types).toEqual(['session:adulting']);
  expect(adulting).not.toHaveProperty('call_sid');
  expect(adulting).toMatchObject({ data: { call_sid: childSid, direction: 'outbound' } });
  expect(child?.state.verbs.items.map(({ id }) => id)).toEqual(['wait']);
});

test('the dial it left ends, performs its hook, and the parent goes on behind it', async () => {
  const { socket, call } = await openAdult([WAIT]);
  socket.ack(await socket.message('verb:hook'), []);
  await settle();
  expect(call.state.verbs.items.map(({ id }) => id)).toContain('behind');
  expect(
    socket.messages.filter(({ data }) => (data as JsonObject)['direction'] === 'outbound' && completed(data)),
  ).toEqual([]);
});

test('the data of the ack to session:adulting is thrown away', async () => {
  const { child } = await openAdult([WAIT], [{ verb: 'say', text: 'never', id: 'never' }]);
  expect(child?.state.verbs.items.map(({ id }) => id)).toEqual(['wait']);
  expect(child?.ignored).toEqual([expect.stringMatching(/session:adulting/)]);
});

test('commands on its socket work, and verb:status comes only after its own config', async () => {
  const { adult, child, call } = await openAdult([WAIT]);
  adult.command('redirect', [
    { verb: 'say', text: 'a', id: 'silent' },
    NOTIFY,
    { verb: 'say', text: 'b', id: 'heard' },
  ]);
  await adult.status('verb:status', { event: 'finished', id: 'heard' });
  expect(adult.messages.filter(({ data }) => (data as JsonObject)['id'] === 'silent')).toEqual([]);
  child?.hangup();
  await adult.status('call:status', { call_status: 'completed' });
  expect(await adult.closed()).toBe(1000);
  expect(call.connected).toBe(true);
});

test('it comes back with session:reconnect and the data of session:adulting', async () => {
  const { adult, server, adulting } = await openAdult([WAIT]);
  adult.socket.terminate();
  const again = await server.socket(3);
  const reconnect = await again.message('session:reconnect');
  expect(reconnect).not.toHaveProperty('call_sid');
  expect(reconnect['data']).toEqual(adulting['data']);
});

test('an ack to child_call_hook without data drops the child', async () => {
  const { socket, server, call } = await openDialled();
  socket.command('redirect', { child_call_hook: '/child' });
  socket.ack(await socket.message('session:redirect'));
  await socket.status('call:status', { direction: 'outbound', call_status: 'completed' });
  expect(server.upgrades).toBe(1);
  expect(call.offspring).toEqual([]);
});

test('verbs for the child that come later as redirect run on the parent', async () => {
  const { socket, call } = await openDialled();
  socket.command('redirect', { child_call_hook: '/child' });
  socket.ack(await socket.message('session:redirect'));
  socket.ack(await socket.message('verb:hook'), []);
  socket.command('redirect', [{ ...WAIT, id: 'meant for the child' }]);
  await settle();
  expect(call.state.verbs.items.map(({ id }) => id)).toContain('meant for the child');
});

test('child_call throws: nothing happens, and the verbs for the parent are lost with it', async () => {
  const { socket, call, server } = await openDialled();
  socket.command('redirect', { parent_call: [{ ...WAIT, id: 'parent' }], child_call: [WAIT] });
  await settle();
  expect(call.state.verbs.items.map(({ id }) => id)).toEqual(['out']);
  expect(call.ignored).toEqual([expect.stringMatching(/child_call throws/)]);
  expect(server.upgrades).toBe(1);
});

test('parent_call alone replaces the verbs', async () => {
  const { socket, call } = await openDialled();
  socket.command('redirect', { parent_call: [{ ...WAIT, id: 'parent' }] });
  socket.ack(await socket.message('verb:hook'), []);
  await settle();
  expect(call.state.verbs.items.map(({ id }) => id)).toEqual(['out', 'parent']);
});

function completed(data: unknown): boolean {
  return (data as JsonObject)['call_status'] === 'completed';
}
