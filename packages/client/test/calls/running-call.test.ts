import { createRequire } from 'node:module';
import { otherVerb } from '@jambus/schema';
import { CallEnded, CallTimeout, CommandRejected, VerbFailed } from '../../src/calls/errors.ts';
import { TELLING_VERBS } from '../../src/calls/telling-verbs.ts';
import { CALL, OTHER_CALL } from '../contract/client-scene.ts';
import { callScene, endScenes, settle } from './call-scene.ts';

afterEach(endScenes);

const over = { call_sid: CALL, call_status: 'completed' };

describe('verbs', () => {
  test('the first ones answer session:new, with verb:status switched on; later ones are a redirect', async () => {
    const { call, sent } = callScene();
    await call.verbs([{ verb: 'pause', length: 1 }]);
    await call.verbs([{ verb: 'pause', length: 2 }]);
    expect(sent.map(({ message }) => message)).toEqual([
      {
        type: 'ack',
        msgid: 'new',
        data: [
          { verb: 'config', notifyEvents: true },
          { verb: 'pause', length: 1 },
        ],
      },
      { type: 'command', command: 'redirect', data: [{ verb: 'pause', length: 2 }] },
    ]);
  });

  test('say is done when jambonz has finished it, and not before', async () => {
    const { call, tell, lastVerbs } = callScene();
    let done = false;
    const saying = call.say('Hello').then(() => {
      done = true;
    });
    await settle();
    const [{ id, ...verb } = {}] = lastVerbs();
    expect(verb).toEqual({ verb: 'say', text: 'Hello' });
    tell('verb:status', { event: 'starting', id });
    tell('verb:status', { event: 'finished', id: 'another' });
    await settle();
    expect(done).toBe(false);
    tell('verb:status', { event: 'finished', id });
    await saying;
  });

  test('a verb that jambonz cannot run throws, with its reason', async () => {
    const { call, tell, lastVerbs } = callScene();
    const playing = call.play('https://example.test/no.wav');
    await settle();
    const [{ id } = {}] = lastVerbs();
    tell('jambonz:error', { id, verb: 'play', msg: 'file not found' });
    tell('verb:status', { event: 'finished', id });
    await expect(playing).rejects.toThrow(VerbFailed);
    await expect(playing).rejects.toThrow('the verb play failed: file not found');
  });

  test('gather gives what was heard, and the next verbs answer its hook', async () => {
    const { call, tell, sent, lastVerbs } = callScene();
    const listening = call.gather({ input: ['digits'] });
    await settle();
    const [{ actionHook } = {}] = lastVerbs();
    tell('verb:hook', { reason: 'dtmfDetected', digits: '9' }, { hook: '/another', msgid: 'other' });
    tell('verb:hook', { reason: 'dtmfDetected', digits: '1' }, { hook: String(actionHook), msgid: 'hook' });
    expect(await listening).toEqual({ reason: 'dtmfDetected', digits: '1' });
    const left = Number(call.deadline) - Date.now();
    expect(left).toBeGreaterThan(2_000);
    expect(left).toBeLessThanOrEqual(3_500);
    await call.verbs([{ verb: 'pause', length: 1 }]);
    expect(sent.at(-1)?.message).toMatchObject({ type: 'ack', msgid: 'hook' });
    expect(call.deadline).toBeUndefined();
  });

  test('each verb that has an actionHook is given one, but for those that do not tell by it how they went', () => {
    const require = createRequire(new URL('../../../schema/package.json', import.meta.url));
    const { specs } = require('@jambonz/verb-specifications') as {
      readonly specs: Readonly<Record<string, { readonly properties?: Readonly<Record<string, unknown>> }>>;
    };
    const withHook = Object.keys(specs).filter((name) => specs[name]?.properties?.['actionHook'] !== undefined);
    // Parts of verbs, a verb that asks for verbs by it, and one that has it for what comes of a marker.
    const others = ['bargeIn', 'amd', 'redirect', 'play', 'pipeline'];
    expect(withHook.filter((name) => !others.includes(name) && !TELLING_VERBS.has(name))).toEqual([]);
  });
});

describe('the end', () => {
  test('what waits is rejected when the call is over, and nothing more is sent', async () => {
    const { call, tell, sent } = callScene();
    const listening = call.gather({ input: ['digits'] });
    await settle();
    tell('call:status', over);
    await expect(listening).rejects.toThrow(CallEnded);
    await expect(call.say('Hello?')).rejects.toThrow(`call ${CALL} is over: completed`);
    expect(sent).toHaveLength(1);
    expect(call.ended.reason).toBeInstanceOf(CallEnded);
  });

  test('hangup is done when the call is over', async () => {
    const { call, tell, lastVerbs } = callScene();
    const hanging = call.hangup();
    await settle();
    expect(lastVerbs()).toEqual([{ verb: 'hangup' }]);
    tell('call:status', over);
    await hanging;
  });

  test('events go on until the call is over', async () => {
    const { call, tell } = callScene();
    const types: string[] = [];
    const reading = (async () => {
      for await (const { type } of call.events()) types.push(type);
    })();
    tell('verb:status', { event: 'starting' });
    await settle();
    tell('call:status', over);
    await reading;
    expect(types).toEqual(['verb:status', 'call:status']);
  });
});

describe('a command', () => {
  test('that is refused throws with its result; a repeat is as good as the first', async () => {
    const { call, answers } = callScene();
    answers.push(
      { status: 'rejected', code: 'invalid', detail: 'no such verb' },
      { status: 'rejected', code: 'duplicate' },
    );
    const refused = call.verbs([otherVerb({ verb: 'sing' })]);
    await expect(refused).rejects.toThrow(CommandRejected);
    await expect(refused).rejects.toMatchObject({ result: { code: 'invalid' } });
    await call.verbs([{ verb: 'pause', length: 1 }]);
  });

  test('to a call that is over is as good as the end of it', async () => {
    const { call, answers } = callScene();
    answers.push({ status: 'rejected', code: 'call_ended' });
    await expect(call.say('Hello')).rejects.toThrow(CallEnded);
  });
});

describe('waiting', () => {
  test('next gives the events behind the last one that was waited for, also those that came before it was asked', async () => {
    const { call, tell } = callScene();
    tell('verb:status', { event: 'starting', id: 'a' });
    tell('call:status', { call_sid: OTHER_CALL, call_status: 'ringing' });
    expect(await call.next()).toMatchObject({ sequence: 2 });
    expect(await call.next(({ type }) => type === 'call:status')).toMatchObject({ sequence: 3 });
    const waiting = call.next();
    tell('verb:status', { event: 'finished', id: 'a' });
    expect(await waiting).toMatchObject({ sequence: 4 });
  });

  test('goes on with what is kept after more events than anybody keeps', async () => {
    const { call, tell } = callScene();
    for (let n = 0; n < 10_200; n++) tell('verb:status', { event: 'playing' });
    const { sequence } = await call.next();
    expect(sequence).toBeGreaterThan(100);
    expect(await call.next()).toMatchObject({ sequence: sequence + 1 });
  });

  test('gives up in time', async () => {
    const { call } = callScene();
    await expect(call.next(() => false, { timeoutMs: 20 })).rejects.toThrow(CallTimeout);
  });
});

test('a loop over events sees also those that a step beside it has waited for', async () => {
  const { call, tell, lastVerbs } = callScene();
  const seen: number[] = [];
  const listening = call.gather({ input: ['digits'] });
  const events = call.events()[Symbol.asyncIterator]();
  await settle();
  const [{ actionHook } = {}] = lastVerbs();
  tell('verb:status', { event: 'starting' });
  tell('verb:hook', { digits: '1' }, { hook: String(actionHook), msgid: 'hook' });
  await listening;
  // By now the function stands behind both.
  for (let n = 0; n < 2; n++) seen.push((await events.next()).value.sequence);
  expect(seen).toEqual([2, 3]);
  await events.return?.();
});

describe('dial', () => {
  const AGENT = { target: [{ type: 'phone', number: '+3' }] } as const;
  const leg = { call_sid: OTHER_CALL, direction: 'outbound', to: '+3' };

  test('tells how it went, and lets the function speak to the party that answered', async () => {
    const { call, tell, sent, lastVerbs } = callScene();
    const dialling = call.dial(AGENT, { onAnswer: async ({ whisper }) => void (await whisper('Hello agent')) });
    await settle();
    const [{ actionHook, confirmHook } = {}] = lastVerbs();
    expect(confirmHook).toBeUndefined();
    tell('call:status', { ...leg, call_status: 'ringing' });
    tell('call:status', { ...leg, call_status: 'in-progress' });
    await settle();
    expect(sent.at(-1)?.message).toEqual({
      type: 'command',
      command: 'whisper',
      callSid: OTHER_CALL,
      data: { whisper: [{ verb: 'say', text: 'Hello agent' }] },
    });
    tell('verb:hook', { dial_call_status: 'completed' }, { hook: String(actionHook), msgid: 'dialled' });
    expect(await dialling).toEqual({ dial_call_status: 'completed' });
  });

  test.each([
    ['accepts', '1', [{ verb: 'config' }]],
    ['declines', '2', []],
  ])('a party that is asked and %s', async (_, digits, answered) => {
    const { call, tell, sent, lastVerbs } = callScene();
    const dialling = call.dial(AGENT, {
      confirm: async (asked) => (await asked.gather({ input: ['digits'] })).digits === '1',
    });
    await settle();
    const [{ actionHook, confirmHook } = {}] = lastVerbs();
    tell('dial:confirm', leg, { hook: String(confirmHook), msgid: 'confirm' });
    await settle();
    // Whoever says nothing, and whoever is not answered in time, runs into the hangup.
    expect(sent.at(-1)?.message).toMatchObject({ msgid: 'confirm', data: [{ verb: 'gather' }, { verb: 'hangup' }] });
    const [{ actionHook: asked } = {}] = lastVerbs();
    tell('verb:hook', { ...leg, digits }, { hook: String(asked), msgid: 'asked' });
    await settle();
    expect(sent.at(-1)?.message).toEqual({ type: 'ack', msgid: 'asked', data: answered });
    tell('verb:hook', { dial_call_status: 'completed' }, { hook: String(actionHook), msgid: 'dialled' });
    await dialling;
  });

  test('of several parties that answer at the same time each is asked, and the first that accepts is spoken to', async () => {
    const { call, tell, sent, lastVerbs } = callScene();
    const spokenTo: string[] = [];
    const dialling = call.dial(AGENT, {
      confirm: async (asked) => (await asked.gather({ input: ['digits'] })).digits === '1',
      onAnswer: async ({ callSid }) => void spokenTo.push(callSid),
    });
    await settle();
    const [{ actionHook, confirmHook } = {}] = lastVerbs();
    const ask = async (callSid: string) => {
      tell('dial:confirm', { ...leg, call_sid: callSid }, { hook: String(confirmHook), msgid: `confirm ${callSid}` });
      await settle();
      expect(sent.at(-1)?.message).toMatchObject({ msgid: `confirm ${callSid}` });
      return String(lastVerbs()[0]?.['actionHook']);
    };
    const [first, second] = [await ask('one'), await ask('two')];
    tell('verb:hook', { digits: '1' }, { hook: second, msgid: 'two' });
    await settle();
    tell('verb:hook', { digits: '2' }, { hook: first, msgid: 'one' });
    await settle();
    expect(spokenTo).toEqual(['two']);
    tell('verb:hook', { dial_call_status: 'completed' }, { hook: String(actionHook), msgid: 'dialled' });
    await dialling;
  });

  test('an error in what is done with a leg comes out of the dial', async () => {
    const { call, tell } = callScene();
    const dialling = call.dial(AGENT, { onAnswer: () => Promise.reject(new Error('no agent like that')) });
    await settle();
    tell('call:status', { ...leg, call_status: 'in-progress' });
    await expect(dialling).rejects.toThrow('no agent like that');
  });
});

describe('run again by another process', () => {
  const serve = async ({ call }: ReturnType<typeof callScene>) => {
    const { digits } = await call.gather({ input: ['digits'] }, { timeoutMs: 5_000 }).catch(() => ({ digits: 'late' }));
    await call.say(`You pressed ${digits}`);
    await call.say('Bye');
  };

  test('a function goes through what is past by itself, with the same ids, and goes on where it was', async () => {
    const first = callScene();
    void serve(first).catch(() => {});
    await settle();
    const [gather] = first.lastVerbs();
    first.tell('verb:hook', { digits: '1' }, { hook: String(gather?.['actionHook']), msgid: 'hook' });
    await settle();
    const [said] = first.lastVerbs();
    expect(first.sent).toHaveLength(2);

    const second = callScene([
      { type: 'verb:hook', data: { digits: '1' }, hook: String(gather?.['actionHook']), msgid: 'hook' },
      { type: 'verb:status', data: { event: 'starting', id: said?.['id'] }, causation: first.sent[1]?.id ?? '' },
      { type: 'verb:status', data: { event: 'finished', id: said?.['id'] }, causation: first.sent[1]?.id ?? '' },
    ]);
    void serve(second).catch(() => {});
    await settle();
    // The first one is refused as a duplicate; the second is known to have had its effect, and is not sent.
    expect(second.sent.map(({ id }) => id)).toEqual([first.sent[0]?.id, expect.any(String)]);
    expect(second.lastVerbs()).toMatchObject([{ verb: 'say', text: 'Bye' }]);
  });

  test('what was late then is late now', async () => {
    const probe = callScene();
    void serve(probe).catch(() => {});
    await settle();
    const [gather] = probe.lastVerbs();
    const hook = { type: 'verb:hook', data: { digits: '1' }, hook: String(gather?.['actionHook']), msgid: 'hook' };
    for (const [at, text] of [
      [4_000, 'You pressed 1'],
      [6_000, 'You pressed late'],
    ] as const) {
      const again = callScene([{ ...hook, at }]);
      void serve(again).catch(() => {});
      await settle();
      expect(again.lastVerbs()).toMatchObject([{ verb: 'say', text }]);
    }
  });
});
