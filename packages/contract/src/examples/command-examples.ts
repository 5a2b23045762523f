import type { CommandName, JambonzAck, JambonzCommandOf } from '@jambus/schema';
import { VERB_ID } from './call.ts';

const command = <const Name extends CommandName>(name: Name) => ({ type: 'command', command: name }) as const;

/** One of each command. */
export const COMMAND_EXAMPLES: { readonly [Name in CommandName]: JambonzCommandOf<Name> } = {
  redirect: {
    ...command('redirect'),
    queueCommand: true,
    data: [{ verb: 'say', id: VERB_ID, text: "Hello it's me Mario" }],
  },
  'call:status': { ...command('call:status'), data: { call_status: 'completed' } },
  'mute:status': { ...command('mute:status'), data: { mute_status: 'mute' } },
  'conf:mute-status': { ...command('conf:mute-status'), data: { conf_mute_status: 'mute' } },
  'conf:hold-status': { ...command('conf:hold-status'), data: { conf_hold_status: 'hold', wait_hook: '/hold' } },
  'conf:participant-action': { ...command('conf:participant-action'), data: { action: 'tag', tag: 'agent' } },
  'listen:status': { ...command('listen:status'), data: { listen_status: 'pause' } },
  'stream:status': { ...command('stream:status'), data: { stream_status: 'pause' } },
  'transcribe:status': { ...command('transcribe:status'), data: { transcribe_status: 'pause' } },
  whisper: { ...command('whisper'), data: { whisper: [{ verb: 'say', text: 'Ask for the order number' }] } },
  'sip:request': {
    ...command('sip:request'),
    data: { method: 'INFO', content_type: 'text/plain', content: 'hello', headers: { 'X-Reason': 'test' } },
  },
  dtmf: { ...command('dtmf'), data: { digit: '1', duration: 250 } },
  record: { ...command('record'), data: { action: 'pauseCallRecording' } },
  config: { ...command('config'), data: { notifyEvents: true } },
  dub: { ...command('dub'), data: { action: 'addTrack', track: 'music', gain: '-3 dB' } },
  dial: {
    ...command('dial'),
    data: {
      from: '+12025550123',
      to: { type: 'phone', number: '+12025550199' },
      call_hook: 'wss://example.com/outbound',
    },
  },
  boostAudioSignal: { ...command('boostAudioSignal'), data: -6 },
  'media:path': { ...command('media:path'), data: 'no-media' },
  'llm:tool-output': {
    ...command('llm:tool-output'),
    tool_call_id: 'tc1',
    data: { type: 'client_tool_result', result: 'sunny' },
  },
  'llm:update': { ...command('llm:update'), data: { type: 'session.update', session: { instructions: 'be brief' } } },
  'tts:tokens': { ...command('tts:tokens'), data: { id: 1, tokens: 'Hello ' } },
  'tts:flush': command('tts:flush'),
  'tts:clear': command('tts:clear'),
  'llm:status': { ...command('llm:status'), data: { llm_status: 'move-to-room', room: 'support' } },
  tag: { ...command('tag'), data: { supervisor: 'jane' } },
  'agent:update': { ...command('agent:update'), data: { type: 'generate_reply', user_input: 'hello' } },
  'noiseIsolation:status': { ...command('noiseIsolation:status'), data: { noise_isolation_status: 'enable' } },
  'stt:reconfigure': { ...command('stt:reconfigure'), data: { languageHints: ['en', 'es'] } },
  // The properties of the verb say, of which the schema names none.
  'room:say': { ...command('room:say'), data: { replace: true, ...{ text: 'Welcome' } } },
  'room:play': { ...command('room:play'), data: { url: 'https://example.com/chime.mp3' } },
};

/** The answer to the `session:new` among the examples of events. */
export const ACK_EXAMPLE: JambonzAck = {
  type: 'ack',
  msgid: 'cFYBa91uHqQbtJNm13VRao',
  data: [{ verb: 'answer' }, { verb: 'say', text: "Welcome to Mario's!" }],
};
