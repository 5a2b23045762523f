import type { JsonObject } from '../index.ts';
import { clearStage, openAnsweredCall, openCall, type Stage, settle } from './harness.ts';

afterEach(clearStage);

const NOTIFY = { verb: 'config', notifyEvents: true };
const PAUSE = { verb: 'pause', length: 1 };
const DIAL = { verb: 'dial', id: 'out', target: [{ type: 'phone', number: '+300' }] };
const CONFERENCE = { verb: 'conference', name: 'room', id: 'conf' };
const LLM = {
  verb: 'llm',
  id: 'bot',
  vendor: 'openai',
  auth: { apiKey: 'key' },
  llmOptions: { response_create: {} },
};
const LISTEN = { verb: 'listen', url: 'wss://127.0.0.1/audio', id: 'listen' };

/** A call that is in the verb with this id. */
async function openIn(verb: JsonObject): Promise<Stage> {
  const stage = await openCall([NOTIFY, verb], { script: { caller: [], faults: [], durations: { dial: 100_000 } } });
  await stage.socket.status('verb:status', { event: 'starting', id: verb['id'] });
  if (verb['verb'] === 'dial') {
    await stage.socket.status('call:status', { direction: 'outbound', call_status: 'in-progress' });
  }
  return stage;
}

test('redirect interrupts the verb that runs and drops those that wait', async () => {
  const { socket, call } = await openCall([
    NOTIFY,
    { verb: 'say', text: 'x'.repeat(5000), id: 'long' },
    { ...PAUSE, id: 'waiting' },
  ]);
  await socket.status('verb:status', { event: 'start-playback', id: 'long' });
  socket.command('redirect', [{ ...PAUSE, id: 'new' }]);
  await socket.status('verb:status', { event: 'kill-playback', id: 'long' });
  await socket.status('verb:status', { event: 'finished', id: 'long' });
  await socket.status('verb:status', { event: 'finished', id: 'new' });
  expect(call.state.verbs.items.map(({ id }) => id)).toEqual([undefined, 'long', 'new']);
});

test('redirect with queueCommand waits for the verbs before it', async () => {
  const { socket, call } = await openCall([NOTIFY, { ...PAUSE, id: 'a' }, { ...PAUSE, id: 'b' }]);
  await socket.status('verb:status', { event: 'starting', id: 'a' });
  socket.command('redirect', [{ ...PAUSE, id: 'c' }], { queueCommand: true });
  await socket.status('verb:status', { event: 'finished', id: 'c' });
  expect(call.state.verbs.items.map(({ id }) => id)).toEqual([undefined, 'a', 'b', 'c']);
});

test('redirect with an empty list clears the verbs, and ends a call that has nothing left to wait for', async () => {
  const { socket, call } = await openAnsweredCall();
  socket.command('redirect', []);
  await socket.status('verb:status', { event: 'finished', id: 'wait' });
  await settle();
  expect(call.connected).toBe(true);
  socket.command('redirect', []);
  expect(await call.ended).toMatchObject({ reason: 'completed', detail: 'the verbs ran out' });
});

test('redirect to a hook asks for the new application with session:redirect', async () => {
  const { socket } = await openAnsweredCall();
  socket.command('redirect', { call_hook: '/other' });
  const request = await socket.message('session:redirect');
  expect(request['hook']).toBe('/other');
  socket.ack(request, [{ ...PAUSE, id: 'other' }]);
  await socket.status('verb:status', { event: 'finished', id: 'other' });
});

test('a redirect with an invalid verb is only noted; nothing comes back', async () => {
  const { socket, call } = await openAnsweredCall();
  socket.command('redirect', [{ verb: 'say', txet: 'typo' }]);
  await settle();
  expect(call.ignored).toEqual([expect.stringMatching(/txet/)]);
  expect(socket.types).not.toContain('jambonz:error');
  expect(call.connected).toBe(true);
});

test('a redirect during a hook waits for its ack, whose verbs then win', async () => {
  const { socket, call } = await openCall([NOTIFY, { verb: 'gather', actionHook: '/menu', timeout: 1 }]);
  const hook = await socket.message('verb:hook');
  socket.command('redirect', [{ ...PAUSE, id: 'redirected' }]);
  socket.ack(hook, [{ ...PAUSE, id: 'answered' }]);
  await socket.status('verb:status', { event: 'finished', id: 'answered' });
  expect(call.state.verbs.items.map(({ id }) => id)).not.toContain('redirected');
});

test('call:status completed hangs up; a bare string does nothing', async () => {
  const { socket, call } = await openAnsweredCall();
  socket.command('call:status', 'completed');
  await settle();
  expect(call.connected).toBe(true);
  socket.command('call:status', { call_status: 'completed' });
  expect(await call.ended).toMatchObject({ reason: 'completed', sipStatus: 200 });
  expect(call.ignored).toHaveLength(1);
});

test('before the call is answered only no-answer ends it', async () => {
  const { socket, call } = await openCall([{ verb: 'pause', length: 100 }]);
  socket.command('call:status', { call_status: 'completed' });
  await settle();
  expect(call.connected).toBe(true);
  socket.command('call:status', { call_status: 'no-answer' });
  expect(await call.ended).toMatchObject({ sipStatus: 503 });
  expect(await socket.closed()).toBe(1000);
});

test('mute:status needs a dial or conference, and any other key unmutes', async () => {
  const { socket, call } = await openIn(CONFERENCE);
  socket.command('mute:status', { mute_status: 'mute' });
  await settle();
  expect(call.state.muted).toBe(true);
  socket.command('mute:status', { status: 'mute' });
  await settle();
  expect(call.state.muted).toBe(false);
  socket.command('mute:status', 'mute');
  await settle();
  expect(call.state.muted).toBe(true);

  const elsewhere = await openAnsweredCall();
  elsewhere.socket.command('mute:status', { mute_status: 'mute' });
  await settle();
  expect(elsewhere.call.state.muted).toBe(false);
  expect(elsewhere.call.ignored).toEqual([expect.stringMatching(/not in a dial or conference/)]);
});

test('callSid addresses the dialled leg, call_sid is not looked at', async () => {
  const { socket, call } = await openIn(DIAL);
  const { data } = await socket.status('call:status', { direction: 'outbound', call_status: 'in-progress' });
  const { call_sid: child } = data as { call_sid: string };
  socket.command('mute:status', { mute_status: 'mute' }, { callSid: child });
  await settle();
  expect(call.state).toMatchObject({ muted: false, childMuted: true });
  socket.command('mute:status', { mute_status: 'mute' }, { call_sid: child });
  await settle();
  expect(call.state.muted).toBe(true);
});

test('conference commands work in a conference; a bare string unmutes or is ignored', async () => {
  const { socket, call } = await openIn(CONFERENCE);
  socket.command('conf:mute-status', { conf_mute_status: 'mute' });
  socket.command('conf:hold-status', { conf_hold_status: 'hold' });
  socket.command('conf:participant-action', { action: 'tag', tag: 'agent' });
  await settle();
  expect(call.state).toMatchObject({ conferenceMuted: true, onHold: true });
  expect(call.state.participantActions.items).toEqual([{ action: 'tag', tag: 'agent' }]);
  socket.command('conf:mute-status', 'mute');
  socket.command('conf:hold-status', 'unhold');
  await settle();
  expect(call.state).toMatchObject({ conferenceMuted: false, onHold: true });
  expect(call.ignored).toEqual([expect.stringMatching(/conf:hold-status/)]);
});

test('sip:request has an effect only as sip_request; the documented flat form has none', async () => {
  const { socket, call } = await openAnsweredCall();
  socket.command('sip:request', { method: 'INFO', content: 'flat' });
  socket.command('sip:request', { method: 'INFO', sip_request: { method: 'INFO', content: 'nested' } });
  await settle();
  expect(call.state.sipRequests.items).toEqual([{ leg: 'parent', content: { method: 'INFO', content: 'nested' } }]);
  expect(call.ignored).toEqual([expect.stringMatching(/sip_request/)]);
});

test('dtmf has an effect only under the key dtmf', async () => {
  const { socket, call } = await openAnsweredCall();
  socket.command('dtmf', { digit: '1' });
  socket.command('dtmf', { dtmf: { digit: '2' } });
  await settle();
  expect(call.state.dtmfSent.items).toEqual([{ leg: 'parent', content: { digit: '2' } }]);
});

test('listen:status and whisper work in a listen; a bare string or array is ignored', async () => {
  const { socket, call } = await openIn(LISTEN);
  socket.command('listen:status', 'pause');
  socket.command('whisper', [{ verb: 'say', text: 'bare' }]);
  socket.command('whisper', { whisper: [{ ...PAUSE }] });
  await settle();
  expect(call.state.listenStatus).toBeUndefined();
  expect(call.state.whispers.items).toEqual([]);
  expect(call.ignored).toHaveLength(3);
  socket.command('listen:status', { listen_status: 'pause' });
  socket.command('whisper', { whisper: { verb: 'say', text: 'one' } });
  socket.command('whisper', { whisper: [{ say: { text: 'two' } }, { play: { url: 'x.wav' } }] });
  await settle();
  expect(call.state.listenStatus).toBe('pause');
  expect(call.state.whispers.items.map((verbs) => verbs.map(({ name }) => name))).toEqual([['say'], ['say', 'play']]);
});

test('record goes through its states, and a step out of turn is ignored', async () => {
  const { socket, call } = await openAnsweredCall();
  socket.command('record', { action: 'pauseCallRecording' });
  socket.command('record', { action: 'startCallRecording' });
  await settle();
  expect(call.state.recording).toBe('on');
  socket.command('record', { action: 'pauseCallRecording' });
  await settle();
  expect(call.state.recording).toBe('paused');
  expect(call.ignored).toHaveLength(1);
});

test('the command config turns the notifications on, and must be valid', async () => {
  const { socket, call } = await openCall([{ verb: 'answer' }, { verb: 'pause', length: 100 }]);
  socket.command('config', { notifyEvent: true });
  socket.command('config', { notifyEvents: true, onHoldMusic: 'x.mp3' });
  socket.command('redirect', [{ ...PAUSE, id: 'a' }]);
  await socket.status('verb:status', { event: 'finished', id: 'a' });
  expect(call.state.config).toEqual({ notifyEvents: true, onHoldMusic: 'x.mp3' });
  expect(call.ignored).toEqual([expect.stringMatching(/notifyEvent/)]);
});

test('boostAudioSignal and media:path take their value as data itself', async () => {
  const { socket, call } = await openIn(DIAL);
  socket.command('boostAudioSignal', '-6 dB');
  socket.command('media:path', 'partial-media');
  await settle();
  expect(call.state).toMatchObject({ gainDb: -6, mediaPath: 'partial-media' });
  socket.command('boostAudioSignal', { gain: 10 });
  socket.command('media:path', { path: 'no-media' });
  await settle();
  expect(call.state).toMatchObject({ gainDb: 0, mediaPath: 'partial-media' });
});

test('llm commands reach a running llm only, and a tool output needs no data', async () => {
  const { socket, call } = await openIn(LLM);
  socket.send({ type: 'command', command: 'llm:tool-output', tool_call_id: 't1' });
  socket.command('llm:update', { type: 'session.update' });
  await settle();
  expect(call.state.llmMessages.items).toEqual([{ tool_call_id: 't1', data: undefined }, { type: 'session.update' }]);
  expect(socket.types).not.toContain('jambonz:error');
});

test('tts:tokens fill a buffer of 1000 characters, which then refuses more until it announces room', async () => {
  const { socket } = await openAnsweredCall();
  socket.command('tts:tokens', { id: 1, tokens: 'x'.repeat(999) });
  socket.command('tts:tokens', { id: 2, tokens: 'y'.repeat(500) });
  await socket.status('tts:tokens-result', { id: 1, status: 'ok' });
  await socket.status('tts:tokens-result', { id: 2, status: 'failed', reason: 'full' });
  socket.command('tts:tokens', { id: 3, tokens: 'z' });
  await socket.status('tts:tokens-result', { id: 3, status: 'failed', reason: 'full' });
  await socket.status('tts:streaming-event', { event_type: 'stream_resumed' });
  socket.command('tts:tokens', { id: 4, tokens: 'z' });
  await socket.status('tts:tokens-result', { id: 4, status: 'ok' });
});

test.each(['tag', 'agent:update', 'noiseIsolation:status', 'room:say', 'whatever'])(
  'the command %s is unknown to 0.9.8 and only noted',
  async (command) => {
    const { socket, call } = await openAnsweredCall();
    socket.command(command, { tag: { a: 1 } });
    await settle();
    expect(call.ignored).toEqual([`invalid command ${command}`]);
    expect(socket.types).not.toContain('jambonz:error');
  },
);

test.each([
  ['text that is no JSON', 'hello', /hello/],
  ['JSON without type', '{"command":"redirect"}', /type property/],
  ['an unknown type', '{"type":"hello"}', /hello/],
  ['a command without data', '{"type":"command","command":"redirect"}', /data property/],
  ['a command without a name', '{"type":"command","data":[]}', /command property/],
  ['an ack without msgid', '{"type":"ack","data":[]}', /msgid/],
])('%s is answered with a jambonz:error that echoes it whole', async (_what, text, details) => {
  const { socket, call } = await openAnsweredCall();
  socket.socket.send(text);
  const error = await socket.message('jambonz:error');
  expect(error['data']).toEqual({ msg: 'InvalidMessage', details: expect.stringMatching(details), content: text });
  expect(call.connected).toBe(true);
});

test('a message above 24,576 bytes closes the socket with 1009, and one below does not', async () => {
  const { socket, call, server } = await openAnsweredCall();
  const envelope = JSON.stringify({ type: 'command', command: 'dial', data: { tag: '' } }).length;
  socket.command('dial', { tag: 'x'.repeat(24_576 - envelope) });
  await settle();
  expect(call.state.dialled.total).toBe(1);
  socket.command('dial', { tag: 'x'.repeat(24_577 - envelope) });
  expect(await socket.closed()).toBe(1009);
  // The close is jambonz's own doing, but it still counts as a drop.
  const second = await server.socket(2);
  await second.message('session:reconnect');
});
