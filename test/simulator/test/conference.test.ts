import type { JsonObject } from '../index.ts';
import { clearStage, openCall, settle } from './harness.ts';
import type { ServerSocket } from './raw-server.ts';

afterEach(clearStage);

const NEXT = { verb: 'pause', length: 1000, id: 'next' };
const MUSIC = [{ verb: 'say', text: 'please hold', id: 'music' }];
const EVENTS = { statusHook: '/events', statusEvents: ['start', 'join', 'leave', 'end'] };
let rooms = 0;

/** A conference of its own. */
function conference(more: JsonObject = {}): JsonObject & { name: string } {
  rooms += 1;
  return { verb: 'conference', id: 'conf', name: `room ${rooms}`, ...more };
}

function hookNamed(socket: ServerSocket, name: string, not?: JsonObject): Promise<JsonObject> {
  return socket.message('verb:hook', (message) => message['hook'] === name && message !== not);
}

function count(socket: ServerSocket, hook: string): number {
  return socket.messages.filter((message) => message['hook'] === hook).length;
}

function events(socket: ServerSocket): unknown[] {
  return socket.messages
    .filter((message) => message['hook'] === '/events')
    .map(({ data }) => (data as JsonObject)['event']);
}

test('the server is told of start, join, leave and end by hooks whose acks mean nothing', async () => {
  const { socket, call } = await openCall([conference({ ...EVENTS, actionHook: '/over' }), NEXT]);
  const start = await hookNamed(socket, '/events');
  expect(start).toMatchObject({ data: { event: 'start', call_sid: call.callSid } });
  socket.ack(start, [{ ...NEXT, id: 'no effect' }]);
  await settle();
  expect(events(socket)).toEqual(['start', 'join']);
  socket.command('conf:participant-action', { action: 'kick' });
  socket.ack(await hookNamed(socket, '/over'), []);
  await settle();
  expect(events(socket)).toEqual(['start', 'join', 'leave', 'end']);
  expect(call.state.verbs.items.map(({ id }) => id)).toEqual(['conf', 'next']);
});

test('on hold the caller hears what the wait_hook of the command says, until taken back', async () => {
  const { socket, call } = await openCall([conference(), NEXT]);
  await settle();
  socket.command('conf:hold-status', { conf_hold_status: 'hold', wait_hook: '/hold' });
  const hook = await hookNamed(socket, '/hold');
  socket.ack(hook, MUSIC);
  socket.ack(await hookNamed(socket, '/hold', hook), [{ verb: 'say', text: 'x'.repeat(5000) }]);
  await settle();
  socket.command('conf:hold-status', { conf_hold_status: 'unhold' });
  await settle(80);
  expect(count(socket, '/hold')).toBe(2);
  expect(call.state.onHold).toBe(false);
  expect(call.state.sideVerbs.items[0]).toMatchObject({ leg: 'parent', verb: { id: 'music' } });
});

test('an ack without verbs ends the music, and the caller stays on hold', async () => {
  const { socket, call } = await openCall([conference(), NEXT]);
  await settle();
  socket.command('conf:participant-action', { action: 'hold', wait_hook: '/hold' });
  socket.ack(await hookNamed(socket, '/hold'), []);
  await settle(80);
  expect(count(socket, '/hold')).toBe(1);
  expect(call.state.onHold).toBe(true);
});

test('a redirect throws the caller out of the conference', async () => {
  const { socket, call } = await openCall([conference(EVENTS), NEXT]);
  await settle();
  socket.command('conf:hold-status', { conf_hold_status: 'hold', wait_hook: '/hold' });
  await hookNamed(socket, '/hold');
  socket.command('redirect', [...MUSIC, NEXT]);
  await settle();
  expect(events(socket)).toEqual(['start', 'join', 'leave', 'end']);
  expect(call.state.verbs.items.map(({ id }) => id)).toContain('music');
});

test('enterHook is asked before the caller joins, and its verbs are played', async () => {
  const { socket, call } = await openCall([conference({ ...EVENTS, enterHook: '/enter' })]);
  const enter = await hookNamed(socket, '/enter');
  socket.command('conf:mute-status', { conf_mute_status: 'mute' });
  await settle();
  expect(events(socket)).toEqual(['start']);
  expect(call.ignored).toEqual([expect.stringMatching(/not in a conference/)]);
  socket.ack(enter, MUSIC);
  await settle(80);
  expect(events(socket)).toEqual(['start', 'join']);
  expect(call.state.sideVerbs.items.map(({ verb }) => verb.id)).toEqual(['music']);
});

test('who may not start a conference hears waitHook until somebody else starts it', async () => {
  const room = conference({ startConferenceOnEnter: false, waitHook: '/wait', ...EVENTS });
  const waiting = await openCall([room, NEXT]);
  const hook = await hookNamed(waiting.socket, '/wait');
  waiting.socket.ack(hook, MUSIC);
  await hookNamed(waiting.socket, '/wait', hook);
  expect(events(waiting.socket)).toEqual([]);
  const moderator = await openCall([{ ...conference(), name: room.name }]);
  await settle(80);
  expect(events(waiting.socket)).toEqual(['join']);
  expect(moderator.call.connected).toBe(true);
});

test('a redirect while waiting for the start throws the caller out as well', async () => {
  const { socket, call } = await openCall([conference({ startConferenceOnEnter: false, waitHook: '/wait' })]);
  await hookNamed(socket, '/wait');
  socket.command('redirect', [NEXT]);
  await settle();
  expect(call.state.verbs.items.map(({ id }) => id)).toEqual(['conf', 'next']);
});
