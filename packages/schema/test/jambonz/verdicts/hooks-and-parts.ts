import { EVERYWHERE, NOWHERE, ONLY_OLD, type Row, rows, type Verdicts } from './rows.ts';

const PHONE = { type: 'phone', number: '1' };
const DIAL = { target: [PHONE] };
const LLM = { vendor: 'ultravox', auth: { apiKey: 'k' }, llmOptions: {} };
const FLOW = { project: 'p', lang: 'en', credentials: {} };

/** Every hook of every verb, with the rest that the verb needs. */
const HOOKS: readonly (readonly [verb: string, hook: string, rest: Row[2], verdicts?: Verdicts])[] = [
  ['gather', 'actionHook', {}],
  ['gather', 'partialResultHook', {}],
  ['dial', 'actionHook', DIAL],
  ['dial', 'onHoldHook', DIAL],
  ['dial', 'confirmHook', DIAL],
  ['dial', 'referHook', DIAL],
  ['dial', 'dtmfHook', DIAL],
  ['conference', 'actionHook', { name: 'c' }],
  ['conference', 'waitHook', { name: 'c' }],
  ['conference', 'enterHook', { name: 'c' }],
  ['conference', 'statusHook', { name: 'c' }],
  ['enqueue', 'actionHook', { name: 'q' }],
  ['enqueue', 'waitHook', { name: 'q' }],
  ['dequeue', 'actionHook', { name: 'q' }],
  ['play', 'actionHook', { url: 'a' }],
  ['listen', 'actionHook', { url: 'wss://a' }],
  ['stream', 'actionHook', { url: 'wss://a' }],
  ['llm', 'actionHook', LLM],
  ['llm', 'eventHook', LLM],
  ['llm', 'toolHook', LLM],
  ['ultravox_s2s', 'toolHook', LLM],
  ['dialogflow', 'actionHook', FLOW],
  ['dialogflow', 'eventHook', FLOW],
  ['message', 'actionHook', { to: '1', from: '2' }],
  ['redirect', 'actionHook', {}],
  ['redirect', 'statusHook', { actionHook: '/a' }],
  ['sip:refer', 'actionHook', { referTo: '1' }],
  ['sip:refer', 'eventHook', { referTo: '1' }],
  ['sip:request', 'actionHook', { method: 'INFO' }],
  ['config', 'referHook', {}],
  ['config', 'sipRequestWithinDialogHook', {}],
  ['rasa', 'actionHook', { url: 'https://a' }, ONLY_OLD],
  ['rasa', 'eventHook', { url: 'https://a' }, ONLY_OLD],
  ['lex', 'eventHook', { botId: 'b', botAlias: 'a', region: 'r', credentials: {} }, ONLY_OLD],
];
const FORMS: readonly unknown[] = [
  '/hook',
  { url: '/hook' },
  { url: 'https://example.com/hook', method: 'GET' },
  { url: 'https://example.com/hook', username: 'u', password: 'p' },
  { url: 'https://example.com/hook', method: 'POST', username: 'u', password: 'p' },
  { url: 'https://example.com/hook', basicAuth: { username: 'u', password: 'p' } },
];

/** Values of SIP headers, and who takes them. */
const HEADER_VALUES: readonly (readonly [verdicts: Verdicts, value: unknown])[] = [
  [EVERYWHERE, 'a'],
  [EVERYWHERE, 7],
  [ONLY_OLD, ['a', 'b']],
  [ONLY_OLD, ['a', 7]],
];
const WITH_HEADERS: readonly (readonly [verb: string, rest: Row[2]])[] = [
  ['dial', DIAL],
  ['hangup', {}],
  ['sip:decline', { status: 486 }],
  ['sip:refer', { referTo: '1' }],
  ['sip:request', { method: 'INFO' }],
];

/** Recognizers that 0.9.8 takes, in every verb that has one. */
const RECOGNIZERS: readonly (readonly [verdicts: Verdicts, recognizer: Row[2]])[] = [
  [EVERYWHERE, { vendor: 'google', language: 'en-US', hints: ['a'] }],
  [EVERYWHERE, { vendor: 'nuance', nuanceOptions: { topic: 'generic' } }],
  [EVERYWHERE, { vendor: 'gladia', gladiaOptions: {} }],
  [ONLY_OLD, { vendor: 'gladia', gladiaOptions: { model: 'solaria-1', region: 'eu-west' } }],
  [ONLY_OLD, { vendor: 'gladia', gladiaOptions: { deep: { er: [1] } } }],
  [EVERYWHERE, { vendor: 'speechmatics', speechmaticsOptions: { transcription_config: { language: 'en' } } }],
  [ONLY_OLD, { vendor: 'speechmatics', speechmaticsOptions: { audio_events_config_config: {} } }],
  [NOWHERE, { vendor: 'speechmatics', speechmaticsOptions: { audio_event_config: {} } }],
  [NOWHERE, { language: 'en-US' }],
  [NOWHERE, { vendor: 5 }],
  [NOWHERE, { vendor: 'x', vender: 'x' }],
];

export const HOOKS_AND_PARTS: readonly Row[] = [
  ...HOOKS.flatMap(([verb, hook, rest, verdicts = EVERYWHERE]) =>
    FORMS.flatMap((form) => rows(verdicts, verb, { ...rest, [hook]: form })),
  ),
  ...HOOKS.flatMap(([verb, hook, rest, verdicts]) =>
    verdicts === undefined ? rows(NOWHERE, verb, { ...rest, [hook]: 5 }) : [],
  ),
  ...HOOKS.flatMap(([verb, hook, rest, verdicts]) =>
    verdicts === undefined ? rows(NOWHERE, verb, { ...rest, [hook]: { url: '/a', usrname: 'u' } }) : [],
  ),
  ...FORMS.flatMap((form) => rows(EVERYWHERE, 'dial', { target: [{ ...PHONE, confirmHook: form }] })),
  ...FORMS.flatMap((form) =>
    rows(EVERYWHERE, 'config', { amd: { actionHook: form } }, { bargeIn: { enable: true, actionHook: form } }),
  ),
  ...FORMS.flatMap((form) => rows(EVERYWHERE, 'dial', { ...DIAL, amd: { actionHook: form } })),
  ...FORMS.flatMap((form) => rows(EVERYWHERE, 'gather', { play: { url: 'a', actionHook: form } })),
  ...WITH_HEADERS.flatMap(([verb, rest]) =>
    HEADER_VALUES.flatMap(([verdicts, value]) => rows(verdicts, verb, { ...rest, headers: { 'X-A': value } })),
  ),
  ...rows(ONLY_OLD, 'dial', { target: [{ ...PHONE, headers: { 'X-A': 7 } }] }),
  ...rows(ONLY_OLD, 'dial', { target: [{ ...PHONE, headers: { 'X-A': ['a', 'b'] } }] }),
  ...rows(EVERYWHERE, 'dial', { target: [{ ...PHONE, headers: { 'X-A': 'a' } }] }),
  ...RECOGNIZERS.flatMap(([verdicts, recognizer]) => [
    ...rows(verdicts, 'gather', { recognizer }),
    ...rows(verdicts, 'transcribe', { recognizer }),
    ...rows(verdicts, 'config', { recognizer }),
    ...rows(verdicts, 'listen', { url: 'wss://a', transcribe: { recognizer } }),
  ]),
];
