import type { SimulatedCall } from '../../simulator/index.ts';
import { eventually } from '../cluster-harness.ts';
import { redirect, type StandaloneHarness, startStandalone } from '../standalone-harness.ts';
import { answer, answersTo, begin, executed, hook, play, told } from './played-call.ts';

const HOOK_DEADLINE_MS = 400;
const HANGUP = { verb: 'hangup' };
const WAIT = { verb: 'pause', id: 'wait', length: 1000 };
const SAY = { verb: 'say', id: 'answer', text: 'thank you' };
const LONG = { dial: 1_000_000, enqueue: 1_000_000, conference: 1_000_000 };
const TALKS = { script: { durations: LONG } };

let jambus: StandaloneHarness;
beforeAll(async () => {
  jambus = await startStandalone({
    JAMBUS_HOOK_DEADLINE_MS: String(HOOK_DEADLINE_MS),
    JAMBUS_HOOK_POLICY: '{"/menu":"immediate","/log/*":"immediate"}',
  });
});
afterAll(() => jambus.stop());

const sideVerbs = (call: SimulatedCall): string[] => call.state.sideVerbs.items.map(({ verb }) => verb.name);

/** Sends the answer after the gateway has given one of its own. */
async function answerLate(call: SimulatedCall, type: string, path: string, verbs: readonly object[]) {
  await eventually('an answer of the gateway', () => answersTo(call, type).length > 0);
  return answer(jambus, call.callSid, (json) => json.type === type && json.hook === path, verbs);
}

describe('dial:confirm, where an empty ack would put the parties through unasked', () => {
  const DIAL = { verb: 'dial', id: 'dial', confirmHook: '/confirm', target: [{ type: 'phone', number: '+15550100' }] };
  const isConfirm = ({ type }: { readonly type: string }) => type === 'dial:confirm';

  test('answered in time: the answer is the ack, and the parties talk', async () => {
    const call = await begin(jambus, [DIAL, HANGUP], TALKS);
    const { result } = await answer(jambus, call.callSid, isConfirm, [{ verb: 'say', text: 'a call for you' }]);
    expect(result.status).toBe('delivered');
    await eventually('the whisper', () => sideVerbs(call).includes('say'));
    await eventually('the parties to be connected', () => call.child !== undefined);
    expect(told(call)).not.toContain('redirect');
  });

  test('not answered: the callee is declined, and the caller goes on', async () => {
    const call = await begin(jambus, [DIAL, { ...WAIT, id: 'behind' }], TALKS);
    await eventually('the verb behind the dial', () => executed(call).includes('behind'));
    expect(answersTo(call, 'dial:confirm')).toEqual([[HANGUP]]);
  });

  test('answered too late: the service is told so, and no redirect kills the dial', async () => {
    const call = await begin(jambus, [DIAL, WAIT], TALKS);
    const { result } = await answerLate(call, 'dial:confirm', '/confirm', [SAY]);
    expect(result).toMatchObject({ status: 'rejected', code: 'expired' });
    expect(told(call)).not.toContain('redirect');
  });
});

describe.each([
  ['enqueue', { verb: 'enqueue', name: 'support', waitHook: '/music' }],
  ['conference', { verb: 'conference', name: 'not yet', startConferenceOnEnter: false, waitHook: '/music' }],
])('the waitHook of %s, after whose empty ack jambonz asks no more', (_verb, waiting) => {
  test('answered in time: the verbs are played to the one who waits', async () => {
    const call = await begin(jambus, [waiting, HANGUP], TALKS);
    expect((await answer(jambus, call.callSid, hook('/music'), [SAY])).result.status).toBe('delivered');
    await eventually('the music', () => sideVerbs(call).includes('say'));
    expect(told(call)).not.toContain('redirect');
  });

  test('not answered: silence is played, and the question comes again', async () => {
    const call = await begin(jambus, [waiting, HANGUP], TALKS);
    await eventually('another question', () => answersTo(call, 'verb:hook').length > 1);
    expect(answersTo(call, 'verb:hook')[0]).toEqual([{ verb: 'pause', length: 5 }]);
    expect(executed(call)).toHaveLength(2);
  });

  test('answered too late: the service is told so, and the caller goes on waiting', async () => {
    const call = await begin(jambus, [waiting, HANGUP], TALKS);
    const { result } = await answerLate(call, 'verb:hook', '/music', [SAY]);
    expect(result).toMatchObject({ status: 'rejected', code: 'expired' });
    expect([told(call).includes('redirect'), call.connected]).toEqual([false, true]);
  });
});

describe('the enterHook of a conference, which is asked before the caller joins', () => {
  const enter = (name: string) => ({ verb: 'conference', name, enterHook: '/enter' });

  test('answered in time: the verbs are played, and then the caller joins', async () => {
    const call = await begin(jambus, [enter('greeted')], TALKS);
    await call.waitFor('verb:hook');
    expect(call.inConference).toBe(false);
    expect((await answer(jambus, call.callSid, hook('/enter'), [SAY])).result.status).toBe('delivered');
    await eventually('the greeting', () => sideVerbs(call).includes('say'));
    await eventually('the caller in the conference', () => call.inConference);
    expect(told(call)).not.toContain('redirect');
  });

  test('not answered: the caller joins with nothing played', async () => {
    const call = await begin(jambus, [enter('silent')], TALKS);
    await eventually('the caller in the conference', () => call.inConference);
    expect([answersTo(call, 'verb:hook'), sideVerbs(call)]).toEqual([[undefined], []]);
  });

  test('answered too late: the service is told so, and the caller stays', async () => {
    const call = await begin(jambus, [enter('late')], TALKS);
    const { result } = await answerLate(call, 'verb:hook', '/enter', [SAY]);
    expect(result).toMatchObject({ status: 'rejected', code: 'expired' });
    await eventually('the caller in the conference', () => call.inConference);
    expect(told(call)).not.toContain('redirect');
  });
});

describe('actionHooks and redirects, after whose empty ack the verbs behind them run', () => {
  const GATHER = { verb: 'gather', id: 'menu', input: ['digits'], timeout: 100 };
  const PRESSES = { script: { caller: [{ onVerb: 'gather', digits: '1' }] } };

  test('a gather with a hangup behind it waits for the answer', async () => {
    const call = await begin(jambus, [{ ...GATHER, actionHook: '/choice' }, HANGUP], PRESSES);
    await call.waitFor('verb:hook');
    await new Promise((done) => setTimeout(done, HOOK_DEADLINE_MS / 2));
    expect((await answer(jambus, call.callSid, hook('/choice'), [SAY, WAIT])).result.status).toBe('delivered');
    await eventually('the answer', () => executed(call).includes('answer'));
    expect(told(call)).not.toContain('redirect');
  });

  test('without an answer the verbs behind it run, and a late one goes as a redirect', async () => {
    const call = await begin(jambus, [{ ...GATHER, actionHook: '/choice' }, WAIT], PRESSES);
    expect((await answerLate(call, 'verb:hook', '/choice', [SAY, WAIT])).result.status).toBe('delivered');
    await eventually('the late answer', () => executed(call).includes('answer'));
    expect(told(call)).toContain('redirect');
  });

  test('a redirect by call_hook waits for the application that it asks for', async () => {
    const call = await begin(jambus, [WAIT, HANGUP]);
    await eventually('a verb', () => executed(call).includes('wait'));
    await jambus.post(call.callSid, { type: 'command', command: 'redirect', data: { call_hook: '/next' } });
    const isRedirect = ({ type }: { readonly type: string }) => type === 'session:redirect';
    expect((await answer(jambus, call.callSid, isRedirect, [SAY, WAIT])).result.status).toBe('delivered');
    await eventually('the answer', () => executed(call).includes('answer'));
    expect(call.connected).toBe(true);
  });

  test('what stands behind a gather for those who say nothing is not said to one who has answered', async () => {
    const verbs = [{ ...GATHER, actionHook: '/choice' }, { verb: 'say', id: 'no input', text: 'no input' }, HANGUP];
    const call = await begin(jambus, verbs, PRESSES);
    expect((await answer(jambus, call.callSid, hook('/choice'), [SAY, WAIT])).result.status).toBe('delivered');
    await eventually('the answer', () => executed(call).includes('answer'));
    expect(executed(call)).not.toContain('no input');
  });

  test('a redirect verb with a hangup behind it waits for the application that it asks for', async () => {
    const call = await begin(jambus, [{ verb: 'redirect', actionHook: '/next' }, HANGUP]);
    const isNext = ({ hook: path }: { readonly hook?: string }) => path === '/next';
    expect((await answer(jambus, call.callSid, isNext, [SAY, WAIT])).result.status).toBe('delivered');
    await eventually('the answer', () => executed(call).includes('answer'));
    expect(call.connected).toBe(true);
  });

  test.each([
    ['fits', '/menu?lang=en', 1],
    ['fits', '/log/of/calls', 1],
    ['does not fit', '/menus', 0],
  ])('the setting for a path %s %s', async (_, path, answers) => {
    const call = await begin(jambus, [{ ...GATHER, actionHook: path }, WAIT], PRESSES);
    await call.waitFor('verb:hook');
    await new Promise((done) => setTimeout(done, 100));
    expect(answersTo(call, 'verb:hook')).toHaveLength(answers);
    await jambus.post(call.callSid, redirect([WAIT]));
  });
});

describe('other hooks of a call', () => {
  test.each([
    ['dial-hold', '/hold', [SAY]],
    ['conference-hold', '/hold-music', [SAY]],
    ['dial-amd', '/amd', undefined],
    ['dial-transfer', '/refer', undefined],
  ])('%s: %s is answered and the call goes on to its end', async (name, path, verbs) => {
    const { call, done } = play(jambus, name, { ownVerbs: true, speed: 10 });
    await answer(jambus, call.callSid, ({ type }) => type === 'session:new', [WAIT]);
    if (verbs === undefined) await jambus.find('events', call.callSid, ({ json }) => hook(path)(json));
    else {
      expect((await answer(jambus, call.callSid, hook(path), verbs)).result.status).toBe('delivered');
      await eventually('what is played', () => sideVerbs(call).includes('say'));
    }
    expect(await done).toMatchObject({ ok: true });
    expect([told(call).includes('redirect'), call.ignored]).toEqual([false, []]);
  });
});
