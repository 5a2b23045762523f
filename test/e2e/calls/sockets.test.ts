import { eventually } from '../cluster-harness.ts';
import { redirect, type StandaloneHarness, startStandalone } from '../standalone-harness.ts';
import { answer, answersTo, completed, executed, play, typesUntil } from './played-call.ts';

const WAIT = { verb: 'pause', id: 'wait', length: 1000 };
const isRedirect = ({ type }: { readonly type: string }) => type === 'session:redirect';

describe('a call with several websockets', () => {
  let jambus: StandaloneHarness;
  beforeEach(async () => {
    jambus = await startStandalone();
  });
  afterEach(() => jambus.stop());

  /** A call that a redirect verb has taken to a second websocket. */
  async function redirected(name: string) {
    const played = play(jambus, name, { ownVerbs: true, patienceMs: 1_000_000 });
    const { call } = played;
    const given = await answer(jambus, call.callSid, isRedirect, [{ verb: 'config', notifyEvents: true }, WAIT]);
    expect(given.result.status).toBe('delivered');
    return played;
  }

  test.each([
    ['redirect-socket', 2],
    ['redirect-socket-cut', 2],
    ['status-socket', 3],
  ])('%s: commands go to the one that asked for an application, statuses come on the other', async (name, sockets) => {
    const { call, done } = await redirected(name);
    expect((await jambus.post(call.callSid, redirect([{ ...WAIT, id: 'after' }]))).result.status).toBe('delivered');
    await jambus.find('events', call.callSid, ({ json }) => json.type === 'verb:status' && json.data.id === 'after');
    call.hangup();
    expect(await done).toMatchObject({ ok: true, calls: [{ ignored: [] }] });
    await typesUntil(jambus, call.callSid, completed);
    expect([executed(call).at(-1), call.sockets]).toEqual(['after', sockets]);
    expect((await jambus.post(call.callSid, redirect([WAIT]))).result).toMatchObject({ code: 'call_ended' });
    expect(jambus.log.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('the end of the websocket for statuses says nothing about the call', async () => {
    const { call } = await redirected('redirect-socket');
    call.dropSocket(1, 1000);
    await new Promise((done) => setTimeout(done, 100));
    expect((await jambus.post(call.callSid, redirect([{ ...WAIT, id: 'still' }]))).result.status).toBe('delivered');
  });

  test('the websocket for commands comes back with a session:reconnect that names no call', async () => {
    const { call } = await redirected('redirect-socket');
    call.drop();
    await jambus.find('events', call.callSid, ({ json }) => json.type === 'session:reconnect');
    const { result } = await jambus.post(call.callSid, redirect([{ ...WAIT, id: 'back' }]));
    expect(result.status).toBe('delivered');
    await call.waitFor('redirect');
    await jambus.find('events', call.callSid, ({ json }) => json.type === 'verb:status' && json.data.id === 'back');
  });

  test('an empty list as answer to session:redirect arrives as one: it clears the verbs that are running', async () => {
    const { call } = play(jambus, 'redirect-socket', { ownVerbs: true, patienceMs: 1_000_000 });
    await answer(jambus, call.callSid, isRedirect, []);
    expect(answersTo(call, 'session:redirect')).toEqual([[]]);
  });

  test.each(['resumed', 'app-json'])('%s: a call that begins with a status takes commands', async (name) => {
    const { call, done } = play(jambus, name, { patienceMs: 1_000_000 });
    await jambus.find('events', call.callSid, ({ json }) => json.type === 'call:status');
    expect((await jambus.post(call.callSid, redirect([{ ...WAIT, id: 'taken' }]))).result.status).toBe('delivered');
    await eventually('the verb of the command', () => executed(call).includes('taken'));
    call.hangup();
    expect(await done).toMatchObject({ ok: true });
  });
});
