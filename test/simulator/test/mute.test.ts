import { clearStage, openStage, type Stage, settle } from './harness.ts';
import type { ServerSocket } from './raw-server.ts';

afterEach(clearStage);

const WAIT = { verb: 'pause', length: 1000, id: 'wait' };

/** A call whose socket dropped before `session:new` was acked, and whose application came with the next ack. */
async function openMuteCall(): Promise<Stage & { second: ServerSocket }> {
  const stage = await openStage();
  stage.socket.socket.terminate();
  const second = await stage.server.socket(2);
  second.ack(await second.message('session:reconnect'), [
    { verb: 'config', notifyEvents: true },
    { verb: 'answer' },
    WAIT,
  ]);
  await settle();
  return { ...stage, second };
}

test('a call that got its application from the ack to session:reconnect takes commands and says nothing', async () => {
  const { second, call } = await openMuteCall();
  second.command('redirect', [{ ...WAIT, id: 'commanded' }]);
  await settle();
  expect(call.mute).toBe(true);
  expect(call.state.verbs.items.map(({ id }) => id)).toEqual([undefined, undefined, 'wait', 'commanded']);
  expect(second.types).toEqual(['session:reconnect']);
});

test('closing it once more with 1012 cures it: everything it had to say comes after the next ack', async () => {
  const { second, server, call } = await openMuteCall();
  second.socket.close(1012);
  const third = await server.socket(3);
  third.ack(await third.message('session:reconnect'), []);
  await third.status('verb:status', { event: 'starting', id: 'wait' });
  expect(third.types.slice(0, 3)).toEqual(['session:reconnect', 'call:status', 'verb:status']);
  expect(call.mute).toBe(false);
  expect(call.reconnects).toBe(2);
});

test('a hook of a mute call is never asked, so the call waits in it for ever', async () => {
  const { second, call } = await openMuteCall();
  second.command('redirect', [
    { verb: 'gather', actionHook: '/menu', timeout: 1 },
    { ...WAIT, id: 'behind' },
  ]);
  await settle(150);
  expect(call.state.verbs.items.map(({ id }) => id)).not.toContain('behind');
});

test('the end of a mute call is never told, only its socket closes', async () => {
  const { second, call } = await openMuteCall();
  call.hangup();
  expect(await call.ended).toMatchObject({ reason: 'lost', detail: expect.stringMatching(/mute/) });
  expect(await second.closed()).toBe(1000);
  expect(second.types).not.toContain('call:status');
});
