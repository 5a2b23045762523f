import * as fc from 'fast-check';
import {
  callStatusOf,
  isJambonzMessage,
  isNotification,
  JAMBONZ_MESSAGES,
  type JambonzMessage,
  type JambonzMessageOf,
  type JambonzMessageType,
  parseJambonzMessage,
  sessionCallSid,
  verbFailure,
  verbProgress,
  wantsAck,
} from '../../src/jambonz/index.ts';
import { bytes } from './support.ts';

const CALL = {
  call_sid: 'a-leg',
  direction: 'inbound',
  from: '+15083084809',
  to: '+15083728299',
  call_id: '35278830-7fce',
  sbc_callid: '7ee606b3-c289',
  sip_status: 200,
  sip_reason: 'OK',
  call_status: 'in-progress',
  account_sid: 'eac3b03f',
  trace_id: '0000',
  application_sid: 'ceb151ae',
  fs_sip_address: '127.0.0.1:5070',
};
const SIP = { headers: { from: '<sip:a@example.com>', 'X-CID': 'a' }, raw: 'INVITE sip:b@example.com SIP/2.0\r\n' };

/** One of each type, as feature-server 0.9.8 writes them (and newer servers the agent's). */
const MESSAGES: Readonly<Record<JambonzMessageType, { hook?: string; data: Record<string, unknown> }>> = {
  'session:new': { data: { sip: SIP, ...CALL, env_vars: { LANGUAGE: 'en' } } },
  'session:reconnect': { data: { sip: SIP, ...CALL } },
  'session:redirect': { hook: '/new-flow', data: CALL },
  'session:adulting': { data: { ...CALL, call_sid: 'b-leg' } },
  'verb:hook': {
    hook: '/gather',
    data: { ...CALL, reason: 'speechDetected', speech: { is_final: true }, verb_id: 'menu' },
  },
  'dial:confirm': { hook: '/confirm', data: CALL },
  'call:status': { data: { ...CALL, call_status: 'completed', duration: 3, call_termination_by: 'caller' } },
  'verb:status': { data: { event: 'starting', id: 'v1', name: 'say' } },
  'jambonz:error': { data: { msg: 'TTS error', details: 'no credentials', verb: 'say', id: 'greet' } },
  'llm:event': { hook: '/llm-event', data: { type: 'response.done', response: { id: 'r1' } } },
  'llm:tool-call': { hook: '/tool', data: { tool_call_id: 'tc1', name: 'get_weather', args: { city: 'Berlin' } } },
  'agent:event': { hook: '/agent', data: { type: 'turn_end' } },
  'agent:tool-call': { hook: '/tool', data: { tool_call_id: 'tc1', name: 'get_weather', args: {} } },
  'tts:tokens-result': { data: { id: 1, status: 'failed', reason: 'full' } },
  'tts:streaming-event': { data: { event_type: 'stream_open' } },
  'queue:status': { data: { ...CALL, queue: 'support', length: 2 } },
};

function parse(value: unknown): JambonzMessage {
  const parsed = parseJambonzMessage(bytes(value));
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.message;
}

function message(type: string, data: unknown, more: object = {}): JambonzMessage {
  return parse({ type, msgid: 'm1', call_sid: 'a-leg', ...more, data });
}

test.each(Object.entries(MESSAGES))('%s is read, and has the form of its type', (type, sent) => {
  const b3 = '00000000000000000000000000000000-0000000000000000-1';
  const wire = { type, msgid: 'm1', call_sid: 'a-leg', b3, ...sent };
  const read = parse(wire);
  expect(read).toEqual(wire);
  expect(isJambonzMessage(read, type as JambonzMessageType)).toBe(true);
  expect(parseJambonzMessage(JSON.stringify(wire))).toEqual({ ok: true, message: wire });
});

test('every type of message has an example', () => {
  expect(Object.keys(MESSAGES).sort()).toEqual(Object.keys(JAMBONZ_MESSAGES).sort());
});

test('a message of an unknown type is read like any other, with fields nobody knows', () => {
  const read = parse({ type: 'call:summary', msgid: 'm1', call_sid: 'a-leg', data: { text: 'x' }, extra: 1 });
  expect(read).toEqual({ type: 'call:summary', msgid: 'm1', call_sid: 'a-leg', data: { text: 'x' } });
});

test('data of a form that its type does not promise still reaches the bus, but is not taken for that type', () => {
  const read = message('call:status', { call_status: 5 });
  expect(read.data).toEqual({ call_status: 5 });
  expect(isJambonzMessage(read, 'call:status')).toBe(false);
  expect(isJambonzMessage(message('call:status', { call_status: 'x', more: 1 }), 'verb:status')).toBe(false);
  expect(callStatusOf(read)).toBeUndefined();
});

test('a message without data, msgid or call_sid is read', () => {
  expect(parse({ type: 'session:new' })).toEqual({
    type: 'session:new',
    msgid: undefined,
    call_sid: undefined,
    data: {},
  });
});

test.each([
  ['hello', 'not JSON'],
  ['{"type":', 'not JSON: it ends too early'],
  ['[]', 'not a JSON object'],
  ['{"msgid":"a"}', 'no "type"'],
  ['{"type":5}', 'no "type"'],
])('%s is no message', (text, reason) => {
  expect(parseJambonzMessage(text)).toMatchObject({ ok: false, reason: expect.stringContaining(reason) as string });
});

test('bytes that are not UTF-8 are no message', () => {
  expect(parseJambonzMessage(new Uint8Array([0xff]))).toEqual({ ok: false, reason: 'not UTF-8 text' });
});

test('no text makes reading throw', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json(),
        fc.string(),
        fc.jsonValue().map((data) => JSON.stringify({ type: 'call:status', data })),
      ),
      (text) => {
        const read = parseJambonzMessage(text);
        if (!read.ok) return;
        const facts = [wantsAck, isNotification, verbProgress, verbFailure, callStatusOf, sessionCallSid];
        for (const fact of facts) expect(() => fact(read.message)).not.toThrow();
      },
    ),
  );
});

test('the messages that jambonz waits for an answer to are these', () => {
  const waiting = Object.keys(MESSAGES).filter((type) => wantsAck(message(type, {})));
  expect(waiting.sort()).toEqual([
    'dial:confirm',
    'queue:status',
    'session:adulting',
    'session:new',
    'session:reconnect',
    'session:redirect',
    'verb:hook',
  ]);
});

test('an unknown type is answered when it can be, since a missing answer would hold up the call', () => {
  expect(wantsAck(message('brand:new', {}))).toBe(true);
  expect(wantsAck(parse({ type: 'brand:new', data: {} }))).toBe(false);
});

test('only a hook with an event by name is a notification', () => {
  expect(isNotification(message('verb:hook', { event: 'start' }))).toBe(true);
  expect(isNotification(message('verb:hook', { event: { type: 'x' } }))).toBe(false);
  expect(isNotification(message('verb:hook', { reason: 'timeout' }))).toBe(false);
  expect(isNotification(message('verb:status', { event: 'starting' }))).toBe(false);
});

test.each([
  [
    { event: 'starting', id: 'v1', name: 'say' },
    { verbId: 'v1', state: 'started' },
  ],
  [
    { event: 'finished', id: 'v1', name: 'say' },
    { verbId: 'v1', state: 'finished' },
  ],
  [
    { id: 'v1', verb: 'say', status: 'begin' },
    { verbId: 'v1', state: 'started' },
  ],
  [
    { id: 'v1', verb: 'say', status: 'end' },
    { verbId: 'v1', state: 'finished' },
  ],
  [{ event: 'start-playback', id: 'v1', verb: 'say' }, undefined],
  [{ event: 'starting', name: 'pause' }, undefined],
])('verb:status %j means %j', (data, progress) => {
  const read = message('verb:status', data);
  expect(verbProgress(read)).toEqual(progress);
  expect(isJambonzMessage(read, 'verb:status')).toBe(true);
});

test('an error about a verb with an id is a failure of it', () => {
  expect(verbFailure(message('jambonz:error', MESSAGES['jambonz:error'].data))).toEqual({
    verbId: 'greet',
    detail: 'TTS error: no credentials',
  });
  expect(verbFailure(message('jambonz:error', { msg: 'x', details: 'y'.repeat(9000), id: 'a' }))?.detail).toHaveLength(
    500,
  );
  expect(verbFailure(message('jambonz:error', { id: 'a', details: {} }))?.detail).toBe('jambonz gave no reason');
  expect(verbFailure(message('jambonz:error', { msg: 'invalid message', details: '{}' }))).toBeUndefined();
  expect(verbFailure(message('verb:status', { id: 'a' }))).toBeUndefined();
});

test.each([
  ['completed', true],
  ['failed', true],
  ['busy', true],
  ['no-answer', true],
  ['in-progress', false],
  ['ringing', false],
])('call status %s: the end of the leg? %s', (callStatus, terminal) => {
  const read = message('call:status', { ...CALL, call_status: callStatus });
  expect(callStatusOf(read)).toEqual({ callSid: 'a-leg', callStatus, terminal, ownLeg: true });
});

test('the end of a B-leg is not the end of the call', () => {
  const data = { ...CALL, call_sid: 'b-leg', direction: 'outbound', call_status: 'completed' };
  expect(callStatusOf(message('call:status', data))).toMatchObject({ callSid: 'b-leg', terminal: true, ownLeg: false });
});

test('on the socket of an adulted leg, its own status is told from others by the session', () => {
  const unnamed = parse({ type: 'call:status', msgid: 'm1', data: { call_sid: 'b-leg', call_status: 'completed' } });
  expect(callStatusOf(unnamed)).toMatchObject({ callSid: 'b-leg', ownLeg: true });
  expect(callStatusOf(unnamed, 'b-leg')).toMatchObject({ ownLeg: true });
  expect(callStatusOf(unnamed, 'c-leg')).toMatchObject({ ownLeg: false });
  expect(callStatusOf(parse({ type: 'call:status', data: { call_status: 'completed' } }), 'b-leg')).toMatchObject({
    callSid: 'b-leg',
    ownLeg: true,
  });
});

test('the session of a message is its top-level call, but of an adulted leg the one in the data', () => {
  expect(sessionCallSid(message('session:adulting', { call_sid: 'b-leg' }))).toBe('b-leg');
  expect(sessionCallSid(message('session:adulting', {}))).toBe('a-leg');
  expect(sessionCallSid(message('call:status', { call_sid: 'b-leg' }))).toBe('a-leg');
  expect(sessionCallSid(parse({ type: 'session:new', data: { call_sid: 'a-leg' } }))).toBe('a-leg');
  expect(sessionCallSid(parse({ type: 'call:status', data: { call_sid: 'b-leg' } }))).toBeUndefined();
});

test('the types of messages carry the data of each', () => {
  const read = message('verb:hook', { reason: 'timeout', verb_id: 'menu' });
  const reason = isJambonzMessage(read, 'verb:hook') ? read.data.reason : undefined;
  expect(reason).toBe('timeout');
  const status: JambonzMessageOf<'call:status'> = {
    type: 'call:status',
    msgid: 'a',
    call_sid: 'b',
    data: { call_status: 'x' },
  };
  expect(callStatusOf(status)?.callStatus).toBe('x');
});
