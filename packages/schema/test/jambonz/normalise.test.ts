import { accept, bytes, command, json, parserWith, refuse, wireData } from './support.ts';

test.each([
  ['call:status', 'completed', { call_status: 'completed' }],
  ['call:status', { status: 'no-answer' }, { call_status: 'no-answer' }],
  ['mute:status', 'mute', { mute_status: 'mute' }],
  ['mute:status', 'unmute', { mute_status: 'unmute' }],
  ['mute:status', { status: 'mute' }, { mute_status: 'mute' }],
  ['mute:status', { conf_mute_status: 'mute' }, { mute_status: 'mute' }],
  ['conf:mute-status', 'mute', { conf_mute_status: 'mute' }],
  ['conf:mute-status', { mute_status: 'mute' }, { conf_mute_status: 'mute' }],
  ['conf:hold-status', 'hold', { conf_hold_status: 'hold' }],
  ['conf:participant-action', { conferenceParticipantAction: { action: 'kick' } }, { action: 'kick' }],
  ['listen:status', 'pause', { listen_status: 'pause' }],
  ['stream:status', 'resume', { stream_status: 'resume' }],
  ['stream:status', { listen_status: 'resume' }, { stream_status: 'resume' }],
  ['transcribe:status', 'pause', { transcribe_status: 'pause' }],
  ['noiseIsolation:status', 'enable', { noise_isolation_status: 'enable' }],
  ['whisper', [{ verb: 'say', text: 'a' }], { whisper: [{ verb: 'say', text: 'a' }] }],
  ['whisper', { verb: 'say', text: 'a' }, { whisper: { verb: 'say', text: 'a' } }],
  ['whisper', { say: { text: 'a' } }, { whisper: { say: { text: 'a' } } }],
  ['whisper', { whisper: { verb: 'play', url: 'a' } }, { whisper: [{ verb: 'play', url: 'a' }] }],
  [
    'sip:request',
    { method: 'INFO', content_type: 'text/plain', content: 'x' },
    {
      method: 'INFO',
      content_type: 'text/plain',
      content: 'x',
      sip_request: { method: 'INFO', content_type: 'text/plain', content: 'x' },
    },
  ],
  ['dtmf', { digit: '1', duration: 200 }, { digit: '1', duration: 200, dtmf: { digit: '1', duration: 200 } }],
  ['dtmf', '5', { digit: '5', dtmf: { digit: '5' } }],
  ['dtmf', { dtmf: '5' }, { digit: '5', dtmf: { digit: '5' } }],
  ['record', { record: { action: 'stopCallRecording' } }, { action: 'stopCallRecording' }],
  ['config', { config: { notifyEvents: true } }, { notifyEvents: true }],
  ['dub', { dub: { action: 'removeTrack', track: 'a' } }, { action: 'removeTrack', track: 'a' }],
  ['boostAudioSignal', { boostAudioSignal: '-6 dB' }, '-6 dB'],
  ['boostAudioSignal', { gain: 3 }, 3],
  ['boostAudioSignal', '-6', -6],
  ['boostAudioSignal', 0, '0 dB'],
  ['media:path', { media_path: 'no-media' }, 'no-media'],
])('%s with %j goes to jambonz as %j', (name, data, wire) => {
  expect(wireData(name, data)).toEqual(wire);
});

test('a tool output that is no object goes to jambonz as a result', () => {
  const sent = command('llm:tool-output', 'sunny', { tool_call_id: 'tc1' });
  expect(json(accept(sent).payload)).toEqual({ ...sent, data: { result: 'sunny' } });
});

test('what stands beside data survives normalising', () => {
  const more = { queueCommand: true, callSid: 'b-leg' };
  expect(json(accept(command('mute:status', 'mute', more)).payload)).toEqual(
    command('mute:status', { mute_status: 'mute' }, more),
  );
});

// Each of these would have unmuted somebody, or set the gain to 0, on jambonz 0.9.8.
test.each([
  ['mute:status', { mute: 'unmute' }],
  ['mute:status', { unmute: 'mute' }],
  ['mute:status', { mute: true }],
  ['mute:status', true],
  ['mute:status', 'MUTE'],
  ['mute:status', {}],
  ['mute:status', { mute_status: 'muted' }],
  ['mute:status', { mute_status: 'mute', status: 'unmute' }],
  ['mute:status', ['mute']],
  ['conf:mute-status', 'muted'],
  ['conf:mute-status', { conf_mute_status: 'Mute' }],
  ['conf:mute-status', { mute: 'mute', conf_mute_status: 'mute' }],
  ['boostAudioSignal', { volume: 3 }],
  ['boostAudioSignal', 'loud'],
  ['boostAudioSignal', '3 decibel'],
])('%s with %j is refused', (name, data) => {
  expect(refuse(command(name, data))).not.toHaveLength(0);
});

test.each([
  [
    'mute:status',
    { mute: true },
    '$.data: mute:status takes {"mute_status":"mute" or "unmute"} as "data", got an object with "mute"',
    true,
  ],
  [
    'conf:mute-status',
    'mute',
    '$.data: conf:mute-status takes {"conf_mute_status":"mute" or "unmute"} as "data", got "mute"',
    false,
  ],
  [
    'boostAudioSignal',
    { gain: 3 },
    '$.data: boostAudioSignal takes a number of dB such as -6, or a string such as "-6 dB" as "data", got an object with "gain"',
    false,
  ],
  [
    'media:path',
    { media_path: 'no-media' },
    '$.data: media:path takes the string "no-media", "partial-media" or "full-media" as "data", got an object with "media_path"',
    false,
  ],
])('the refusal of %s with %j says the right form', (name, data, message, normalise) => {
  expect(refuse(command(name, data), { normalise }).join()).toContain(message);
});

test('two forms that say different things are refused', () => {
  expect(refuse(command('sip:request', { method: 'INFO', sip_request: { method: 'NOTIFY' } }))).toEqual([
    '$.data.sip_request: what stands in "sip_request" differs from what stands beside it; send it once, or the same twice',
  ]);
  expect(refuse(command('dtmf', { digit: '1', dtmf: { digit: '2' } }))).toHaveLength(1);
});

test('a whispered verb that the server would take for an address is refused when nothing may be changed', () => {
  const data = { whisper: { verb: 'play', url: 'https://example.com/a.mp3' } };
  expect(refuse(command('whisper', data), { normalise: false })).toEqual([
    '$.data.whisper: jambonz takes a single verb with "url" for the address of an application: put it into an array',
  ]);
});

test('without normalising the documented flat forms pass as they came, since newer servers may read them', () => {
  for (const [name, data] of [
    ['sip:request', { method: 'INFO' }],
    ['dtmf', { digit: '1' }],
  ] as const) {
    const payload = bytes(command(name, data));
    const result = parserWith({ normalise: false }).parse(payload);
    expect(result.ok && result.kind === 'command' && result.payload).toBe(payload);
  }
});
