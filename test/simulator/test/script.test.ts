import { parseScript } from '../index.ts';
import { clearStage, openAnsweredCall, openCall, settle } from './harness.ts';

afterEach(clearStage);

const NOTIFY = { verb: 'config', notifyEvents: true };

test('the caller answers gathers by hook and by verb id, in turn, the last answer again and again', async () => {
  const script = parseScript({
    caller: [
      { onHook: '/menu', speech: 'hello' },
      { onHook: '/menu', digits: '2#' },
      { onVerb: 'pin', digits: '1234', delay: 10 },
    ],
  });
  const menu = { verb: 'gather', actionHook: '/menu', input: ['speech', 'digits'] };
  const { socket } = await openCall([menu, menu, menu, { verb: 'gather', id: 'pin', actionHook: '/pin' }], { script });
  const answers: unknown[] = [];
  for (let count = 0; count < 4; count += 1) {
    const hook = await socket.message('verb:hook', (message) => !answers.includes(message));
    answers.push(hook);
    socket.ack(hook, []);
  }
  expect(answers).toMatchObject([
    { hook: '/menu', data: { reason: 'speechDetected', speech: { alternatives: [{ transcript: 'hello' }] } } },
    { hook: '/menu', data: { reason: 'dtmfDetected', digits: '2#' } },
    { hook: '/menu', data: { reason: 'dtmfDetected', digits: '2#' } },
    { hook: '/pin', data: { reason: 'dtmfDetected', digits: '1234', verb_id: 'pin' } },
  ]);
});

test('silence leaves a gather to its timeout', async () => {
  const script = parseScript({
    caller: [
      { onHook: '/menu', silence: true },
      { onVerb: 'gather', speech: 'no' },
    ],
  });
  const { socket } = await openCall([{ verb: 'gather', actionHook: '/menu', timeout: 1 }], { script });
  expect(await socket.message('verb:hook')).toMatchObject({ data: { reason: 'timeout' } });
});

test('the caller hangs up when a verb has finished', async () => {
  const script = parseScript({ caller: [{ onVerbFinished: 'bye', hangup: true }] });
  const { socket, call } = await openCall(
    [
      { verb: 'say', text: 'a' },
      { verb: 'say', text: 'b', id: 'bye' },
    ],
    { script },
  );
  expect(await call.ended).toMatchObject({ reason: 'completed', detail: 'the caller hung up' });
  await socket.status('call:status', { call_status: 'completed', call_termination_by: 'caller' });
  expect(call.state.verbs.items).toHaveLength(2);
});

test('the caller hangs up after a time', async () => {
  const script = parseScript({ caller: [{ after: 500, hangup: true }] });
  const { call } = await openAnsweredCall({ script });
  expect(await call.ended).toMatchObject({ reason: 'completed', detail: 'the caller hung up' });
});

test('a step can make jambonz say anything', async () => {
  const script = parseScript({
    caller: [{ onVerb: 'wait', send: { type: 'llm:event', hook: '/llm', data: { type: 'response.done' } } }],
  });
  const { socket } = await openAnsweredCall({ script });
  expect(await socket.message('llm:event')).toMatchObject({ hook: '/llm', data: { type: 'response.done' } });
});

test('durations of verbs can be set', async () => {
  const script = parseScript({ durations: { say: 1, conference: 1 } });
  const { socket } = await openCall(
    [NOTIFY, { verb: 'say', text: 'x'.repeat(20_000) }, { verb: 'conference', name: 'room', id: 'conf' }],
    { script },
  );
  await socket.status('verb:status', { event: 'finished', id: 'conf' });
});

test('every fault of a script is named at once, with its place', () => {
  const broken = {
    caller: [
      { onHook: '/menu' },
      { onHook: '/menu', after: 5, speech: 'x' },
      { after: -1, hangup: true },
      { onVerbFinished: 'x', digits: '1' },
      { onVerb: 'x', digits: 'abc' },
      { onHok: '/menu', hangup: true },
    ],
    faults: [
      { atMessage: 0, do: 'cut' },
      { after: 1, do: 'explode' },
      { after: 1, do: 'close', code: 1006 },
    ],
    durations: { say: 'long' },
    callers: [],
  };
  expect(() => parseScript(broken)).toThrow(
    expect.objectContaining({
      code: 'bad_config',
      message: [
        'the script cannot be used:',
        'script: unknown property "callers" (known: caller, callee, faults, failures, durations)',
        'caller[0]: needs exactly one of speech, digits, silence, hangup, hold, unhold, refer, send',
        'caller[1]: needs exactly one of onHook, onVerb, onVerbFinished, after, not onHook and after',
        'caller[2].after: must be a number of ms',
        'caller[3]: digits answers a gather, so it goes with onHook or onVerb',
        'caller[4].digits: must be a text of 0-9, *, #, A-D',
        'caller[5]: unknown property "onHok" (known: onHook, onVerb, onVerbFinished, after, speech, digits, silence, hangup, hold, unhold, refer, send, delay)',
        'caller[5]: needs exactly one of onHook, onVerb, onVerbFinished, after',
        'faults[0].atMessage: must be a whole number from 1',
        'faults[1].do: must be one of close, oversized, cut, garbage, binary, second session, deaf, stop reading, resume reading',
        'faults[2].code: must be a close code that may be sent',
        'durations.say: must be a number of ms',
      ].join('\n  '),
    }),
  );
});

test('a fault is committed at the message it is due at', async () => {
  const script = parseScript({ faults: [{ atMessage: 3, do: 'cut' }] });
  const { socket, server, call } = await openAnsweredCall({ script });
  socket.command('dtmf', { dtmf: { digit: '1' } });
  await settle();
  expect(server.upgrades).toBe(1);
  socket.command('dtmf', { dtmf: { digit: '2' } });
  const second = await server.socket(2);
  await second.message('session:reconnect');
  expect(call.counters.drops).toBe(1);
});
