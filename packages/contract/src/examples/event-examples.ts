import type { JAMBONZ_MESSAGES, JambonzMessageType, JambusMessageOf, JambusMessageType } from '@jambus/schema';
import type { Static } from '@sinclair/typebox';
import { CALL, CALL_SID, TIME, VERB_ID } from './call.ts';

type MessageOf<Name extends JambonzMessageType> = Static<(typeof JAMBONZ_MESSAGES)[Name]>;

const message = <const Name extends JambonzMessageType>(type: Name, msgid: string) =>
  ({ type, msgid, call_sid: CALL_SID }) as const;

/** Said in advance of the call; the SIP of a real one is some kilobytes. */
const NEW_CALL = {
  ...CALL,
  sip_status: 100,
  sip_reason: 'Trying',
  call_status: 'trying',
  caller_name: 'Alice Example',
  sip: {
    method: 'INVITE',
    headers: { from: '"Alice Example" <sip:+12025550147@sbc.example.com>', 'X-CID': '7ee606b3' },
  },
};

/** One of each type, as jambonz writes it; of the longest, what matters. */
export const EVENT_EXAMPLES: { readonly [Name in JambonzMessageType]: MessageOf<Name> } = {
  'session:new': { ...message('session:new', 'cFYBa91uHqQbtJNm13VRao'), data: NEW_CALL },
  'session:reconnect': {
    ...message('session:reconnect', 'gWyadGnhYPajngqrqvBWjK'),
    data: { ...CALL, caller_name: 'Alice Example' },
  },
  'session:redirect': {
    ...message('session:redirect', '6YmCxRAAZo7Kpwo975HSwW'),
    hook: '/new-flow',
    data: CALL,
  },
  'session:adulting': { ...message('session:adulting', 'wZ2qvUu3p1bTq9a7cJkH4s'), data: CALL },
  'verb:hook': {
    ...message('verb:hook', 'chwbSJRZCfUiVEWEpTfuGS'),
    hook: '/order',
    data: {
      ...CALL,
      reason: 'speechDetected',
      speech: { is_final: true, alternatives: [{ confidence: 0.97, transcript: 'One margherita' }] },
    },
  },
  'dial:confirm': { ...message('dial:confirm', 'pQ7mYh5fWn8dRk2sVx4tLb'), hook: '/confirm', data: CALL },
  'call:status': {
    ...message('call:status', 'nH88RrVWxm8FVui1AVhLCg'),
    data: { ...CALL, call_status: 'completed', duration: 3, call_termination_by: 'caller' },
  },
  'verb:status': {
    ...message('verb:status', 'jCiEJs6UtPvU1JZqwSKyWE'),
    data: { event: 'finished', id: VERB_ID, name: 'say' },
  },
  'jambonz:error': {
    ...message('jambonz:error', '7bb9WzyuzbmgJsA3m7kwLs'),
    data: { msg: 'TTS error', details: 'no credentials', verb: 'say', id: VERB_ID },
  },
  'llm:event': {
    ...message('llm:event', '7TBerZ3JgJPnLVX7Fpe4Mb'),
    hook: '/llm-event',
    data: { type: 'response.done', response: { id: 'r1' } },
  },
  'llm:tool-call': {
    ...message('llm:tool-call', '6TMc4uf2u58q6MknwgbjgY'),
    hook: '/llm-tool',
    data: { tool_call_id: 'tc1', name: 'get_weather', args: { city: 'Berlin' } },
  },
  'agent:event': { ...message('agent:event', 'tR6bXq1zKw9eYm3uHs5vCd'), hook: '/agent', data: { type: 'turn_end' } },
  'agent:tool-call': {
    ...message('agent:tool-call', 'aJ4nGf8cPz2yLx7rTk6wEb'),
    hook: '/agent-tool',
    data: { tool_call_id: 'tc1', name: 'get_weather', args: { city: 'Berlin' } },
  },
  'tts:tokens-result': { ...message('tts:tokens-result', 'gtAdTurZikdyE4BmXtPmXP'), data: { id: 1, status: 'ok' } },
  'tts:streaming-event': {
    ...message('tts:streaming-event', 'ng9hG4xe43AHsYZuZRQdKm'),
    data: { event_type: 'stream_open' },
  },
  'queue:status': { ...message('queue:status', 'vD5hSm9qBx3kWf7nZr1tGc'), data: CALL },
};

/** What jambus itself says. */
export const OWN_EVENT_EXAMPLES: { readonly [Name in JambusMessageType]: JambusMessageOf<Name> } = {
  'jambus:unclaimed': { type: 'jambus:unclaimed', call_sid: CALL_SID, data: { since: TIME } },
  'jambus:lost': { type: 'jambus:lost', call_sid: CALL_SID, data: { since: TIME } },
  'jambus:omitted': {
    type: 'jambus:omitted',
    call_sid: CALL_SID,
    data: { type: 'verb:hook', bytes: 1_310_720, msgid: 'tLBFS9rXyC3xTCaNUZCEqH' },
  },
};
