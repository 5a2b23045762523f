import { clearStage, placeCall, settle } from './harness.ts';
import { startRawServer } from './raw-server.ts';

afterEach(clearStage);

const CONFERENCE = { verb: 'conference', name: 'resumed', id: 'conf' };

/** A call that goes on on another feature-server, in a conference. */
async function placeResumed(options = {}) {
  const server = await startRawServer();
  const call = placeCall(server, { kind: { kind: 'resumed', verbs: [CONFERENCE] }, ...options });
  const socket = await server.socket();
  return { server, call, socket };
}

test('its first message is call:status without call_sid, and a session:new never comes', async () => {
  const { call, socket } = await placeResumed();
  await socket.status('call:status', { call_status: 'in-progress' });
  expect(socket.types).toEqual(['call:status', 'call:status']);
  expect(socket.messages[0]).not.toHaveProperty('call_sid');
  expect(socket.messages[0]).toMatchObject({ data: { call_sid: call.callSid, call_status: 'trying' } });
  socket.command('conf:mute-status', { conf_mute_status: 'mute' });
  await settle();
  expect(call.state.conferenceMuted).toBe(true);
  call.hangup();
  await socket.status('call:status', { call_status: 'completed' });
  expect(await socket.closed()).toBe(1000);
});

test('a server that refuses it gets a session:reconnect, and refusing that too ends the call', async () => {
  const { server, call, socket } = await placeResumed();
  await socket.message('call:status');
  socket.socket.close(1008);
  const second = await server.socket(2);
  expect((await second.message('session:reconnect'))['data']).toEqual({});
  second.socket.close(1008);
  expect(await call.ended).toMatchObject({ reason: 'lost' });
});

test('a server that cannot be reached does not end it: what it has to say is lost', async () => {
  const server = await startRawServer();
  const call = placeCall(server, { url: 'ws://127.0.0.1:1/app#rc=0', kind: { kind: 'resumed', verbs: [CONFERENCE] } });
  await settle(100);
  expect(call.state.verbs.items.map(({ id }) => id)).toEqual(['conf']);
  expect(call.ignored.length).toBeGreaterThan(0);
  expect(call.state.answered).toBe(true);
});
