import type { SimulatedCall } from '../../simulator/index.ts';
import { eventually } from '../cluster-harness.ts';
import { type StandaloneHarness, startStandalone } from '../standalone-harness.ts';
import { answer, begin, completed, executed, play, typesUntil } from './played-call.ts';

const FAST = { speed: 100 };
const REMINDER = [{ verb: 'say', id: 'reminder', text: 'hello' }, { verb: 'hangup' }];

describe('calls that the platform places: statuses come first, and session:new when somebody answers', () => {
  let jambus: StandaloneHarness;
  beforeAll(async () => {
    jambus = await startStandalone();
  });
  afterAll(() => jambus.stop());

  test('answered: session:new comes on the same websocket, and the bus gives the application', async () => {
    const { call, done } = play(jambus, 'outbound-answered');
    const given = await answer(jambus, call.callSid, ({ type }) => type === 'session:new', REMINDER);
    expect(given.result.status).toBe('delivered');
    expect(await done).toMatchObject({ ok: true });
    expect(executed(call)).toContain('reminder');
    const types = await typesUntil(jambus, call.callSid, completed);
    expect(types.slice(0, 3)).toEqual(['call:status', 'call:status', 'call:status']);
    expect(types).toContain('session:new');
    expect(call.sockets).toBe(1);
  });

  test.each(['outbound-busy', 'outbound-failed', 'outbound-no-answer'])(
    '%s: only statuses come, and the call is over with the last one',
    async (name) => {
      const { call, done } = play(jambus, name, FAST);
      expect(await done).toMatchObject({ ok: true });
      const types = await typesUntil(jambus, call.callSid, ({ data }) =>
        ['busy', 'failed', 'no-answer'].includes(data.call_status),
      );
      expect(new Set(types)).toEqual(new Set(['call:status']));
      const { result } = await jambus.post(call.callSid, { type: 'command', command: 'redirect', data: REMINDER });
      expect(result).toMatchObject({ status: 'rejected', code: 'call_ended' });
    },
  );

  test('with an application that the platform has stored: no session:new, and commands are taken', async () => {
    const call = jambus.call({ kind: { kind: 'outbound', verbs: [{ verb: 'pause', length: 1_000_000 }] } });
    await jambus.find('events', call.callSid, ({ json }) => json.data.call_status === 'in-progress');
    const { result } = await jambus.post(call.callSid, { type: 'command', command: 'redirect', data: REMINDER });
    expect(result.status).toBe('delivered');
    expect(await call.ended).toMatchObject({ reason: 'completed' });
    expect(executed(call)).toContain('reminder');
  });

  test('placed by the command dial of another call: it begins with its statuses, and takes its application', async () => {
    const call = await begin(jambus, [{ verb: 'pause', id: 'wait', length: 1_000 }]);
    const data = { from: '+15550101', to: { type: 'phone', number: '+15550100' }, call_hook: jambus.websocketUrl };
    const { result } = await jambus.post(call.callSid, { type: 'command', command: 'dial', data });
    expect(result.status).toBe('delivered');
    await eventually('the new call', () => call.offspring.length === 1);
    const placed = call.offspring[0] as SimulatedCall;
    await answer(jambus, placed.callSid, ({ type }) => type === 'session:new', REMINDER);
    expect(await placed.ended).toMatchObject({ reason: 'completed' });
    expect([executed(placed).includes('reminder'), call.connected]).toEqual([true, true]);
    expect((await typesUntil(jambus, placed.callSid, completed))[0]).toBe('call:status');
  });

  test('dropped while it rings: session:reconnect names no call, and the call goes on all the same', async () => {
    const { call, done } = play(jambus, 'outbound-drop-early');
    await answer(jambus, call.callSid, ({ type }) => type === 'session:new', REMINDER);
    expect(await done).toMatchObject({ ok: true });
    expect(executed(call)).toContain('reminder');
    const types = await typesUntil(jambus, call.callSid, completed);
    expect(types).toContain('session:reconnect');
    expect(call.reconnects).toBe(1);
  });
});
