import { type JsonObject, parseScript } from '../index.ts';
import { clearStage, openCall, settle } from './harness.ts';

afterEach(clearStage);

const NEXT = { verb: 'pause', length: 1000, id: 'next' };
const DIAL = { verb: 'dial', id: 'out', target: [{ type: 'phone', number: '+300' }] };
const MUSIC = [{ verb: 'say', text: 'please hold', id: 'music' }];

/** A call that is in a dial, with these steps of its parties, counted from the start of the dial. */
async function openTalk(dial: JsonObject, ...steps: JsonObject[]) {
  const caller = steps.map((step) => ({ onVerb: 'out', ...step }));
  // One step of each trigger is used: further ones go by time.
  const script = parseScript({ caller, durations: { dial: 1_000_000 } });
  return openCall([{ ...DIAL, ...dial }, NEXT], { script });
}

test('who is put on hold hears what onHoldHook says, again and again until taken back', async () => {
  const { socket, call } = await openTalk(
    { onHoldHook: '/hold' },
    { hold: 'callee', delay: 10_000 },
    { after: 25_000, onVerb: undefined, unhold: 'callee' },
  );
  const hook = await socket.message('verb:hook');
  expect(hook).toMatchObject({ hook: '/hold', data: { hold_detail: { from: '<sip:+300@127.0.0.1>' } } });
  socket.ack(hook, MUSIC);
  const again = await socket.message('verb:hook', (message) => message !== hook);
  socket.ack(again, [{ verb: 'say', text: 'x'.repeat(5000) }]);
  await settle(400);
  const asked = socket.types.filter((type) => type === 'verb:hook').length;
  await settle(100);
  expect(socket.types.filter((type) => type === 'verb:hook')).toHaveLength(asked);
  expect(call.state.sideVerbs.items[0]).toMatchObject({ leg: 'parent', verb: { id: 'music' } });
});

test('an ack without verbs ends the music, and a redirect the dial', async () => {
  const { socket, call } = await openTalk({ onHoldHook: '/hold' }, { hold: 'callee', delay: 10_000 });
  socket.ack(await socket.message('verb:hook'), []);
  await settle();
  expect(socket.types.filter((type) => type === 'verb:hook')).toHaveLength(1);
  socket.command('redirect', [NEXT]);
  await socket.status('call:status', { direction: 'outbound', call_status: 'completed' });
  expect(call.connected).toBe(true);
});

test('without onHoldHook nobody takes notice of a hold', async () => {
  const { call } = await openTalk({}, { hold: 'callee', delay: 10_000 });
  await settle(300);
  expect(call.ignored).toEqual([expect.stringMatching(/hold by the callee/)]);
});

test('a callee who transfers is asked for by referHook; the verbs are for the caller', async () => {
  const { socket, call } = await openTalk(
    { referHook: '/refer' },
    { refer: { by: 'callee', to: '+400' }, delay: 10_000 },
  );
  const hook = await socket.message('verb:hook');
  expect(hook).toMatchObject({ hook: '/refer', data: { refer_details: { refer_to_user: '+400' } } });
  socket.ack(hook, [{ ...NEXT, id: 'transferred' }]);
  await settle();
  expect(call.state.verbs.items.map(({ id }) => id)).toEqual(['out', 'transferred']);
});

test('a caller who transfers: the verbs are for the callee, who becomes a call of its own', async () => {
  const { socket, server, call } = await openTalk(
    { referHook: '/refer' },
    { refer: { by: 'caller', to: '+400' }, delay: 10_000 },
  );
  socket.ack(await socket.message('verb:hook'), [{ ...NEXT, id: 'transferred' }]);
  const adult = await server.socket(2);
  adult.ack(await adult.message('session:adulting'));
  await settle();
  expect(call.offspring[0]?.state.verbs.items.map(({ id }) => id)).toEqual(['transferred']);
});

test('an ack to referHook without verbs leaves both where they are', async () => {
  const { socket, call } = await openTalk(
    { referHook: '/refer' },
    { refer: { by: 'callee', to: '+400' }, delay: 10_000 },
  );
  socket.ack(await socket.message('verb:hook'), []);
  await settle();
  expect(call.state.verbs.items.map(({ id }) => id)).toEqual(['out']);
});

test('amd tells by its hook who answered, and verbs in the ack replace the application', async () => {
  const { socket, call } = await openTalk({ amd: { actionHook: '/amd' } });
  const hook = await socket.message('verb:hook');
  expect(hook).toMatchObject({ hook: '/amd', data: { type: 'amd_human_detected' } });
  socket.ack(hook, [{ ...NEXT, id: 'human' }]);
  await settle();
  expect(call.state.verbs.items.map(({ id }) => id)).toEqual(['out', 'human']);
});
