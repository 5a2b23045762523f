import { at, ROOT } from '../../src/jambonz/fault.ts';
import { createVerbChecker } from '../../src/jambonz/index.ts';
import { accept, command, GENERATIONS, refuse } from './support.ts';

const redirect = (...verbs: unknown[]) => command('redirect', verbs);

test('both notations of a verb are accepted, side by side', () => {
  const sent = redirect({ verb: 'say', id: 'a', text: 'hi' }, { say: { id: 'b', text: 'hi' } });
  expect(accept(sent).verbIds).toEqual(['a', 'b']);
});

test.each([
  ['a typo', { verb: 'say', txt: 'typo' }, '$.data[0].txt: "say" has no property "txt" here; did you mean "text"?'],
  [
    'a typo in the other notation',
    { say: { txt: 'typo' } },
    '$.data[0].say.txt: "say" has no property "txt" here; did you mean "text"?',
  ],
  [
    'a typo far inside',
    { verb: 'gather', recognizer: { vendor: 'x', vad: { thresold: 1 } } },
    '$.data[0].recognizer.vad.thresold: "gather" has no property "thresold" here; did you mean "threshold"?',
  ],
  [
    'a typo in an array',
    { verb: 'dial', target: [{ type: 'phone', nubmer: '1' }] },
    '$.data[0].target[0].nubmer: "dial" has no property "nubmer" here; did you mean "number"?',
  ],
  [
    'a typo in a hook',
    { verb: 'gather', actionHook: { url: '/a', metod: 'GET' } },
    '$.data[0].actionHook.metod: "gather" has no property "metod" here; did you mean "method"?',
  ],
  [
    'a typo in the prompt of a gather',
    { verb: 'gather', say: { txt: 'a' } },
    '$.data[0].say.txt: "gather" has no property "txt" here; did you mean "text"?',
  ],
  ['an unknown verb', { verb: 'gahter' }, '$.data[0]: jambonz has no verb "gahter"; did you mean "gather"?'],
  ['a wrong type', { verb: 'say', text: 5 }, '$.data[0].text: "say" takes a string or an array here, got 5'],
  ['a wrong element', { verb: 'play', url: ['a', 5] }, '$.data[0].url[1]: "play" takes a string here, got 5'],
  [
    'a wrong member of a choice',
    { verb: 'gather', recognizer: { vendor: 'x', hints: [{ boost: 1 }] } },
    '$.data[0].recognizer.hints[0].phrase: "gather" needs "phrase" here',
  ],
  [
    'a wrong word',
    { verb: 'gather', input: ['speach'] },
    '$.data[0].input[0]: "gather" takes "speech" or "digits" here, got "speach"; did you mean "speech"?',
  ],
  ['a missing property', { verb: 'pause' }, '$.data[0].length: "pause" needs "length" here'],
  [
    'a number out of range',
    { verb: 'config', vad: { mode: 9 } },
    '$.data[0].vad.mode: must be <= 3 in "config", got 9',
  ],
  ['an id that is no string', { verb: 'say', id: 5, text: 'a' }, '$.data[0].id: "say" takes a string here, got 5'],
  ['no object', 'say', '$.data[0]: a verb is an object such as {"verb":"say","text":"…"}, got "say"'],
  [
    'no name',
    { text: 'a', loop: 1 },
    '$.data[0]: a verb needs "verb" with its name, got an object with "text", "loop"',
  ],
  ['a name that is no string', { verb: 5 }, '$.data[0].verb: "verb" must be the name of a verb, got 5'],
  [
    'properties beside the notation',
    { say: { text: 'a' }, id: 'a' },
    '$.data[0]: "id" beside "say": put it inside, {"say":{…}} holds all properties',
  ],
  [
    'a value in place of properties',
    { pause: 5 },
    '$.data[0].pause: {"pause": …} takes an object with the verb\'s properties, got 5',
  ],
])('%s is refused with one message about it', (_what, verb, message) => {
  expect(refuse(redirect(verb))).toEqual([message]);
  expect(refuse(redirect(verb), { platform: '10.x' })).toEqual([message]);
});

test('every fault is reported, each with its verb', () => {
  expect(refuse(redirect({ verb: 'say', txt: 'a', lop: 1 }, { verb: 'pause', length: 'x' }))).toEqual([
    '$.data[0].txt: "say" has no property "txt" here; did you mean "text"?',
    '$.data[0].lop: "say" has no property "lop" here; did you mean "loop"?',
    '$.data[1].length: "pause" takes a number here, got "x"',
  ]);
});

test('newer verbs and properties are refused for 0.9.8, and accepted when newer servers are checked for', () => {
  const codecs = { verb: 'dial', target: [{ type: 'phone', number: '1' }], codecs: ['PCMU'] };
  expect(refuse(redirect(codecs))).toEqual([
    '$.data[0].codecs: jambonz 0.9.8 knows no property "codecs" of "dial" and would refuse it',
  ]);
  expect(refuse(redirect({ verb: 'agent', id: 'a' }))).toEqual([
    '$.data[0]: jambonz 0.9.8 has no verb "agent"; JAMBUS_PLATFORM names the servers that verbs are checked for',
  ]);
  const newer = redirect(codecs, { verb: 'agent', id: 'a' }, { room: { name: 'r' } }, { verb: 'tag', data: { a: 1 } });
  expect(accept(newer, { platform: '10.x' }).verbIds).toEqual(['a']);
});

test('what only 0.9.8 asks for is asked for by 0.9.8 alone', () => {
  const sent = redirect({ verb: 'config', listen: { url: 'wss://example.com' } });
  expect(refuse(sent)).toEqual(['$.data[0].listen.enable: jambonz 0.9.8 needs "enable" in "listenOptions"']);
  expect(accept(sent, { platform: '10.x' }).ok).toBe(true);
});

test.each(GENERATIONS)('properties that only one of the platform packages declares are no typo (%s)', (platform) => {
  const bargeIn = { verb: 'config', bargeIn: { enable: true, finishOnKey: '#', numDigits: 4 } };
  const nuance = { verb: 'gather', recognizer: { vendor: 'nuance', nuanceOptions: { topic: 'generic' } } };
  expect(accept(redirect(bargeIn, nuance), { platform }).ok).toBe(true);
  expect(refuse(redirect({ verb: 'config', bargeIn: { enable: true, finishOnkeys: '#' } }), { platform })).toEqual([
    '$.data[0].bargeIn.finishOnkeys: "config" has no property "finishOnkeys" here; did you mean "finishOnKey"?',
  ]);
});

test('a confirmHook that fits its schema in two ways is no fault', () => {
  expect(accept(redirect({ verb: 'dial', target: [{ type: 'user', name: 'a', confirmHook: '/confirm' }] })).ok).toBe(
    true,
  );
});

const OPENAI = { auth: { apiKey: 'k' }, llmOptions: { response_create: {} } };
const AGENT = { think: { provider: { type: 'open_ai', model: 'gpt-4o-mini' } } };

test.each([
  { verb: 'stream', url: 'wss://example.com' },
  { verb: 'openai_s2s', ...OPENAI },
  { openai_s2s: { vendor: 'openai', ...OPENAI } },
  { verb: 'microsoft_s2s', ...OPENAI, connectOptions: { host: 'a.example.com' } },
  { voiceagent_s2s: { auth: { apiKey: 'k' }, llmOptions: { Settings: { agent: AGENT } } } },
])('the alias %j is accepted, with what the server adds to it', (verb) => {
  for (const platform of GENERATIONS) expect(accept(redirect(verb), { platform }).ok).toBe(true);
});

test('an alias is checked like the verb it stands for', () => {
  expect(refuse(redirect({ verb: 'microsoft_s2s', llmOptons: {} }))).toContain(
    '$.data[0].llmOptons: "microsoft_s2s" has no property "llmOptons" here; did you mean "llmOptions"?',
  );
});

test('names that the platform leaves open stay open', () => {
  const verbs = [
    { verb: 'llm', vendor: 'ultravox', auth: { apiKey: 'k' }, llmOptions: { whatever: { deep: 1 } } },
    {
      verb: 'dial',
      target: [{ type: 'phone', number: '1', headers: { 'X-A': '1' } }],
      headers: { 'X-B': '1' },
      tag: { a: 1 },
    },
    { verb: 'say', text: 'a', synthesizer: { vendor: 'x', options: { a: 1 }, voice: { any: 1 } } },
  ];
  expect(accept(redirect(...verbs)).ok).toBe(true);
});

test('the prompts of a gather report under their own ids', () => {
  const gather = { verb: 'gather', id: 'g', say: { id: 's', text: 'a' }, play: { id: 'p', url: 'a' } };
  expect(accept(redirect(gather, { verb: 'say', text: 'no id' })).verbIds).toEqual(['g', 's', 'p']);
});

test('an id that is used twice is listed once', () => {
  expect(accept(redirect({ say: { id: 'a', text: 'x' } }, { say: { id: 'a', text: 'y' } })).verbIds).toEqual(['a']);
});

test('the applications for both legs are checked, and the ids are those of the leg that reports here', () => {
  const data = {
    parent_call: [{ verb: 'say', id: 'p', text: 'a' }],
    child_call: [{ verb: 'say', id: 'c', text: 'a' }],
  };
  expect(accept(command('redirect', data), { platform: '10.x' }).verbIds).toEqual(['p']);
  expect(refuse(command('redirect', { child_call: [{ verb: 'say', txt: 'a' }] }), { platform: '10.x' })).toEqual([
    '$.data.child_call[0].txt: "say" has no property "txt" here; did you mean "text"?',
  ]);
});

test.each([
  { child_call: [{ verb: 'hangup' }] },
  { child_call: [] },
  { parent_call: [{ verb: 'say', text: 'a' }], child_call: [{ verb: 'hangup' }] },
])('%j is refused wherever 0.9.8 may get it, which loses its verbs', (data) => {
  const message =
    '$.data.child_call: jambonz 0.9.8 fails on "child_call", and loses what stands in "parent_call" with it; ' +
    'redirect the child leg with "child_call_hook", and the parent by a redirect of its own';
  expect(refuse(command('redirect', data))).toEqual([message]);
  expect(refuse(command('redirect', data), { platform: 'tolerant' })).toEqual([message]);
  expect(accept(command('redirect', data), { platform: '10.x' }).command).toBe('redirect');
});

test('whisper takes say and play, checks them and knows their ids', () => {
  expect(accept(command('whisper', { whisper: [{ verb: 'say', id: 'w', text: 'a' }] })).verbIds).toEqual(['w']);
  expect(refuse(command('whisper', { whisper: [{ verb: 'hangup' }] }))).toEqual([
    '$.data.whisper[0]: only say and play are allowed here, got "hangup"',
  ]);
  expect(refuse(command('whisper', { whisper: { verb: 'say', txt: 'a' } }))).toEqual([
    '$.data.whisper.txt: "say" has no property "txt" here; did you mean "text"?',
  ]);
  expect(refuse(command('whisper', { whisper: [] }))).not.toHaveLength(0);
});

test('asking for the properties of a verb that does not exist is a defect, not a fault', () => {
  expect(() => createVerbChecker('tolerant').properties('nonsense', {}, at(ROOT, 'data'), [])).toThrow(RangeError);
});

test('names that live on every object are not taken for declared ones', () => {
  for (const name of ['constructor', 'toString', 'hasOwnProperty']) {
    expect(refuse(redirect({ verb: 'say', text: 'a', [name]: 1 }))).toHaveLength(1);
    expect(refuse(redirect({ verb: name }))).toHaveLength(1);
    expect(refuse(command(name, []))).toHaveLength(1);
  }
});
