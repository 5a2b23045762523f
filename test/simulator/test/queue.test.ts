import { type JsonObject, parseScript } from '../index.ts';
import { clearStage, openCall, settle } from './harness.ts';
import type { ServerSocket } from './raw-server.ts';

afterEach(clearStage);

const NEXT = { verb: 'pause', length: 1000, id: 'next' };
const ENQUEUE = { verb: 'enqueue', id: 'queue', name: 'support', waitHook: '/wait', actionHook: '/left' };
const MUSIC = [{ verb: 'say', text: 'please wait', id: 'music' }];

function hookNamed(socket: ServerSocket, name: string, not: readonly JsonObject[] = []): Promise<JsonObject> {
  return socket.message('verb:hook', (message) => message['hook'] === name && !not.includes(message));
}

function count(socket: ServerSocket, hook: string): number {
  return socket.messages.filter((message) => message['hook'] === hook).length;
}

test('who waits is asked for by waitHook, hears the verbs in the ack, and is asked for again', async () => {
  const { socket, call } = await openCall([ENQUEUE, NEXT]);
  const first = await hookNamed(socket, '/wait');
  expect(first).toMatchObject({ data: { queue_position: 0, queue_size: 1, queue_time: 0, call_sid: call.callSid } });
  socket.ack(first, MUSIC);
  await hookNamed(socket, '/wait', [first]);
  expect(call.state.sideVerbs.items.map(({ leg, verb }) => [leg, verb.id])).toEqual([['parent', 'music']]);
});

test.each([
  ['no verbs', []],
  ['no data', undefined],
  ['a verb that is not allowed', [{ verb: 'gather', actionHook: '/menu' }]],
])('an ack with %s ends the music, and the caller waits on in silence', async (_what, data) => {
  const { socket, call } = await openCall([ENQUEUE, NEXT]);
  socket.ack(await hookNamed(socket, '/wait'), data);
  await settle(80);
  expect(count(socket, '/wait')).toBe(1);
  expect(count(socket, '/left')).toBe(0);
  expect(call.state.verbs.items.map(({ id }) => id)).toEqual(['queue']);
});

test('a redirect throws the caller out of the queue', async () => {
  const { socket, call } = await openCall([ENQUEUE, NEXT]);
  const wait = await hookNamed(socket, '/wait');
  socket.command('redirect', [{ verb: 'say', text: 'music, late', id: 'late' }, NEXT]);
  const left = await hookNamed(socket, '/left');
  expect(left).toMatchObject({ data: { queue_result: 'hangup' } });
  socket.ack(left, []);
  socket.ack(wait, MUSIC);
  await settle();
  expect(call.state.verbs.items.map(({ id }) => id)).toContain('late');
  expect(call.state.sideVerbs.total).toBe(0);
});

test('verbs in the ack to the actionHook win over a redirect that threw the caller out', async () => {
  const { socket, call } = await openCall([ENQUEUE, NEXT]);
  await hookNamed(socket, '/wait');
  socket.command('redirect', [{ ...NEXT, id: 'redirected' }]);
  socket.ack(await hookNamed(socket, '/left'), [{ ...NEXT, id: 'answered' }]);
  await settle();
  expect(call.state.verbs.items.map(({ id }) => id)).toEqual(['queue', 'answered']);
});

test('the verb leave in the ack leaves the queue, and the application goes on', async () => {
  const { socket, call } = await openCall([ENQUEUE, NEXT]);
  socket.ack(await hookNamed(socket, '/wait'), [...MUSIC, { verb: 'leave' }]);
  const left = await hookNamed(socket, '/left');
  expect(left).toMatchObject({ data: { queue_result: 'leave' } });
  socket.ack(left, []);
  await settle();
  expect(call.state.verbs.items.map(({ id }) => id)).toEqual(['queue', 'next']);
});

test('a caller is taken out after the time that the script says', async () => {
  const { socket } = await openCall([ENQUEUE, NEXT], { script: parseScript({ durations: { enqueue: 3000 } }) });
  expect(await hookNamed(socket, '/left')).toMatchObject({ data: { queue_result: 'bridged' } });
});

test('dequeue of another call takes out who has waited longest, and both talk', async () => {
  const script = parseScript({ durations: { dial: 2000 } });
  const waiting = await openCall([ENQUEUE, NEXT]);
  await hookNamed(waiting.socket, '/wait');
  const agent = await openCall([{ verb: 'dequeue', name: 'support', actionHook: '/served' }, NEXT], { script });
  expect(await hookNamed(agent.socket, '/served')).toMatchObject({ data: { dequeue_result: 'complete' } });
  expect(await hookNamed(waiting.socket, '/left')).toMatchObject({ data: { queue_result: 'bridged' } });
});

test('dequeue of an empty queue gives up after its timeout', async () => {
  const { socket } = await openCall([{ verb: 'dequeue', name: 'empty', timeout: 2, actionHook: '/served' }]);
  expect(await hookNamed(socket, '/served')).toMatchObject({ data: { dequeue_result: 'timeout' } });
});

test('the account is told of joins and leaves only when it wants to be', async () => {
  const { socket, call } = await openCall([ENQUEUE], { queueEvents: true });
  const join = await socket.message('queue:status');
  expect(join).toMatchObject({ data: { event: 'join', queue: 'support', length: 1 } });
  socket.ack(join);
  call.hangup();
  await socket.message('queue:status', ({ data }) => (data as JsonObject)['event'] === 'leave');

  const quiet = await openCall([ENQUEUE]);
  await hookNamed(quiet.socket, '/wait');
  expect(quiet.socket.types).not.toContain('queue:status');
});
