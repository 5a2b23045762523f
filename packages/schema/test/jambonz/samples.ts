import type { CommandName } from '../../src/jambonz/index.ts';

/** Of every command, `data` in the forms that jambonz 0.9.8 (or the newer server that has the command) acts on. */
export const SAMPLES: Readonly<Record<CommandName, readonly unknown[]>> = {
  redirect: [
    [{ say: { id: 'b5e39996', text: "Hello it's me Mario" } }],
    [
      { verb: 'say', text: ['one', 'two'], loop: 2 },
      { verb: 'pause', length: 1 },
    ],
    [],
    { call_hook: '/new-flow' },
    { child_call_hook: { url: 'https://example.com/child', method: 'POST' } },
    { parent_call: [{ verb: 'say', text: 'a' }] },
  ],
  'call:status': [{ call_status: 'completed' }, { call_status: 'no-answer' }],
  'mute:status': [{ mute_status: 'mute' }, { mute_status: 'unmute' }],
  'conf:mute-status': [{ conf_mute_status: 'mute' }, { conf_mute_status: 'unmute' }],
  'conf:hold-status': [{ conf_hold_status: 'hold', wait_hook: '/hold' }, { conf_hold_status: 'unhold' }],
  'conf:participant-action': [
    { action: 'tag', tag: 'agent' },
    { action: 'untag' },
    { action: 'coach', tag: 'agent' },
    { action: 'uncoach' },
    { action: 'hold', wait_hook: '/hold' },
    { action: 'unhold' },
    { action: 'mute' },
    { action: 'unmute' },
    { action: 'kick' },
  ],
  'listen:status': [{ listen_status: 'pause' }, { listen_status: 'resume' }, { listen_status: 'silence' }],
  'stream:status': [
    { stream_status: 'pause' },
    { stream_status: 'resume' },
    { stream_status: 'silence' },
    { stream_status: 'move-to-room', room: 'support' },
  ],
  'llm:status': [{ llm_status: 'move-to-room', room: 'support' }],
  'transcribe:status': [{ transcribe_status: 'pause' }, { transcribe_status: 'resume' }],
  whisper: [
    { whisper: [{ verb: 'say', text: 'psst' }, { play: { url: 'https://example.com/a.mp3' } }] },
    { whisper: { verb: 'say', text: 'psst' } },
    { whisper: { play: { url: 'https://example.com/a.mp3' } } },
  ],
  'sip:request': [
    { sip_request: { method: 'INFO', content_type: 'text/plain', content: 'hi', headers: { 'X-Reason': 'test' } } },
    { method: 'NOTIFY', sip_request: { method: 'NOTIFY' } },
  ],
  dtmf: [{ dtmf: { digit: '1', duration: 250 } }, { digit: '#', dtmf: { digit: '#' } }],
  record: [
    { action: 'startCallRecording', type: 'siprec', recordingID: 'r1', siprecServerURL: ['sip:r@example.com'] },
    { action: 'pauseCallRecording', silence: true },
    { action: 'resumeCallRecording' },
    { action: 'stopCallRecording' },
  ],
  config: [
    { notifyEvents: true, bargeIn: { enable: true, finishOnKey: '#' } },
    { verb: 'config', reset: ['recognizer'] },
  ],
  dub: [
    { action: 'sayOnTrack', track: 'a', say: { text: 'hi' } },
    { action: 'addTrack', track: 'a', gain: '-3 dB' },
  ],
  dial: [
    {
      from: '15083084809',
      to: { type: 'phone', number: '15083084810' },
      call_hook: 'wss://example.com/outbound',
      tag: { a: 1 },
    },
    {
      from: '15083084809',
      to: { type: 'sip', sipUri: 'sip:a@example.com' },
      application_sid: '0d9a1b1c-7a3e-4d0f-8a53-3b4c6c2a9d11',
    },
  ],
  boostAudioSignal: [-6, 3.5, '-6 dB', '0 dB', '+2.5db'],
  'media:path': ['no-media', 'partial-media', 'full-media'],
  'llm:tool-output': [{ type: 'client_tool_result', result: 'sunny' }, undefined],
  'llm:update': [{ type: 'session.update', session: { instructions: 'be brief' } }],
  'tts:tokens': [
    { id: 1, tokens: 'Hello ' },
    { id: 'a', tokens: 'Hello ' },
  ],
  'tts:flush': [undefined, {}],
  'tts:clear': [undefined, {}],
  tag: [{ supervisor: 'jane', tag: { a: 1 } }, {}],
  'agent:update': [
    { type: 'update_instructions', instructions: 'be brief' },
    { type: 'inject_context', messages: [{ role: 'system', content: 'gold tier' }] },
    { type: 'update_tools', tools: [{ type: 'function' }] },
    { type: 'generate_reply', user_input: 'hello', interrupt: true },
  ],
  'noiseIsolation:status': [
    { noise_isolation_status: 'enable', vendor: 'krisp', level: 80 },
    { noise_isolation_status: 'disable' },
  ],
  'stt:reconfigure': [{ languageHints: ['en', 'es'] }, { languageHints: [] }],
  'room:say': [{ text: 'Welcome', id: 'w1', replace: true }],
  'room:play': [{ url: 'https://example.com/a.mp3', id: 'p1', replace: false }],
};

/** What stands beside `data` where the command needs it. */
export function besides(name: string): object {
  return name === 'llm:tool-output' ? { tool_call_id: 'tc1' } : {};
}
