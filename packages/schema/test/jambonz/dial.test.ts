import { accept, command, GENERATIONS, refuse } from './support.ts';

const SID = '0d9a1b1c-7a3e-4d0f-8a53-3b4c6c2a9d11';
const TO = { type: 'phone', number: '+15551234' };
const CALL = { from: '1', to: TO, call_hook: 'wss://example.com/out' };

test.each([
  CALL,
  { ...CALL, call_hook: { url: 'https://example.com/out' } },
  { ...CALL, call_hook: { url: 'https://example.com/out', method: 'get', username: 'u', password: 'p' } },
  { ...CALL, call_hook: { url: 'wss://example.com/out', method: 'WS' } },
  { ...CALL, call_status_hook: 'https://example.com/status' },
  { from: 'x'.repeat(256), to: TO, application_sid: SID },
  { from: '1', to: TO, application_sid: SID, call_hook: '/replaced-by-that-of-the-application' },
  { from: '1', to: TO, application_sid: SID, app_json: '[]' },
  { ...CALL, app_json: '[{"verb":"hangup"}]' },
  { ...CALL, amd: { actionHook: '/amd' }, timeout: 20, timeLimit: 600, dual_streams: true },
  { ...CALL, amd: { actionHook: '/amd', thresholdWordCount: 5, timers: { noSpeechTimeoutMs: 1 } } },
  { ...CALL, headers: { 'X-A': 'a', 'X-B': 7 }, tag: { any: { thing: 1 } } },
  { ...CALL, to: { type: 'sip', sipUri: 'sip:a@example.com', auth: { username: 'u', password: 'p' } } },
  { ...CALL, to: { ...TO, trunk: 'carrier', headers: { 'X-A': 'a' } }, fromHost: 'example.com', callerName: 'a' },
  { ...CALL, referHook: '/refer', sipRequestWithinDialogHook: '/sip', speech_synthesis_vendor: 'google' },
])('createCall takes %j', (data) => {
  for (const platform of GENERATIONS) expect(accept(command('dial', data), { platform }).warnings).toEqual([]);
});

test.each([
  { ...CALL, headers: { 'X-A': ['a', 'b'] } },
  { ...CALL, to: { ...TO, headers: { 'X-A': 7, 'X-B': ['a'] } } },
])('createCall of 0.9.8 takes %j, the published schema does not', (data) => {
  expect(accept(command('dial', data)).command).toBe('dial');
  expect(accept(command('dial', data), { platform: 'tolerant' }).command).toBe('dial');
  expect(refuse(command('dial', data), { platform: '10.x' })).not.toHaveLength(0);
});

const CALL_HOOK = '$.data.call_hook';
const ABSOLUTE = 'the new call asks this hook by itself: it must be an absolute http, https, ws or wss address, got';

test.each([
  [{ ...CALL, answerOnBridge: true }, '$.data.answerOnBridge: dial has no property "answerOnBridge" here'],
  [{ ...CALL, trunk: 'carrier' }, '$.data.trunk: dial has no property "trunk" here'],
  [{ ...CALL, srtp: true }, '$.data.srtp: dial has no property "srtp" here'],
  [{ from: '1', to: TO }, `${CALL_HOOK}: dial needs "call_hook" or "application_sid": what the new call is to do`],
  [
    { from: '1', to: TO, app_json: '[]' },
    `${CALL_HOOK}: createCall refuses "app_json" without "call_hook" or "application_sid"`,
  ],
  [{ ...CALL, from: '' }, '$.data.from: dial takes a string of 1 to 256 characters here, got ""'],
  [
    { ...CALL, from: 'x'.repeat(257) },
    `$.data.from: dial takes a string of 1 to 256 characters here, got "${'x'.repeat(39)}…"`,
  ],
  [{ ...CALL, from: undefined }, '$.data.from: dial needs "from": a string of 1 to 256 characters'],
  [
    { from: '1', to: TO, application_sid: 'a1' },
    '$.data.application_sid: dial takes a string of 36 characters here, got "a1"',
  ],
  [{ ...CALL, timeout: 20.5 }, '$.data.timeout: dial takes a whole number here, got 20.5'],
  [{ ...CALL, timeLimit: '60' }, '$.data.timeLimit: dial takes a whole number here, got "60"'],
  [{ ...CALL, tag: ['a'] }, '$.data.tag: dial takes an object here, got an array of 1'],
  [
    { ...CALL, amd: { actionHook: '/amd', thresholdWords: 5 } },
    '$.data.amd.thresholdWords: "rest:dial" has no property "thresholdWords" here',
  ],
  [{ ...CALL, amd: {} }, '$.data.amd.actionHook: "rest:dial" needs "actionHook" here'],
  [{ ...CALL, to: { type: 'fax' } }, '$.data.to.type: dial takes "phone", "sip", "user" or "teams" here, got "fax"'],
])('createCall refuses %j, and nobody would hear of it', (data, message) => {
  for (const platform of GENERATIONS) {
    const told = refuse(command('dial', data), { platform });
    expect(told.join()).toContain(message);
    expect(told).toHaveLength(1);
  }
});

test.each([
  [{ ...CALL, call_hook: '/out' }, `${CALL_HOOK}: ${ABSOLUTE} "/out"`],
  [{ ...CALL, call_hook: { url: '/out' } }, `${CALL_HOOK}: ${ABSOLUTE} "/out"`],
  [{ ...CALL, call_status_hook: 'status' }, `$.data.call_status_hook: ${ABSOLUTE} "status"`],
  [
    { ...CALL, call_hook: { url: 'https://a', method: 'PUT' } },
    `${CALL_HOOK}.method: createCall asks hooks with "GET" or "POST", got "PUT"`,
  ],
  [
    { ...CALL, sipRequestWithinDialogHook: { url: '/sip' } },
    '$.data.sipRequestWithinDialogHook: "rest:dial" takes a string here, got an object with "url"',
  ],
])('createCall of 0.9.8 refuses %j', (data, message) => {
  expect(refuse(command('dial', data))).toEqual([message]);
});
