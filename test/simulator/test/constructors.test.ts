import { clearStage, openAnsweredCall, openStage, settle } from './harness.ts';

afterEach(clearStage);

const AUTH = { apiKey: 'key' };

const REFUSED: [string, Record<string, unknown>, RegExp][] = [
  ['a say without text', { verb: 'say' }, /text or stream/],
  ['a gather with such a say', { verb: 'gather', say: {} }, /text or stream/],
  ['a conference without a name', { verb: 'conference', name: '' }, /name/],
  ['a dub without a track', { verb: 'dub', action: 'addTrack', track: '' }, /track/],
  ['an llm without credentials', { verb: 'llm', vendor: 'openai', llmOptions: { response_create: {} } }, /apiKey/],
  ['an llm without response_create', { verb: 'llm', vendor: 'openai', auth: AUTH, llmOptions: {} }, /response_create/],
  ['an llm of an unknown vendor', { verb: 'llm', vendor: 'nobody', auth: AUTH, llmOptions: {} }, /vendor/],
  ['a microsoft llm without host', { verb: 'llm', vendor: 'microsoft', auth: AUTH, llmOptions: {} }, /host/],
  ['a google llm without setup', { verb: 'llm', vendor: 'google', auth: AUTH, llmOptions: {} }, /setup/],
  [
    'a deepgram llm without an agent',
    { verb: 'llm', vendor: 'deepgram', auth: AUTH, llmOptions: { Settings: {} } },
    /Settings\.agent/,
  ],
  ['an elevenlabs llm without agent_id', { verb: 'llm', vendor: 'elevenlabs', auth: AUTH, llmOptions: {} }, /agent_id/],
  [
    'a dialogflow cx without agent',
    { verb: 'dialogflow', project: 'p', lang: 'en', credentials: '{}', model: 'cx' },
    /agent/,
  ],
];

test.each(REFUSED)('%s in the initial application rejects the call', async (_what, verb, reason) => {
  const { call, socket, session } = await openStage();
  socket.ack(session, [{ verb: 'answer' }, verb]);
  expect(await socket.closed()).toBe(1001);
  const outcome = await call.ended;
  expect(outcome).toMatchObject({ reason: 'rejected', sipStatus: 480 });
  expect(outcome.detail).toMatch(reason);
});

test.each(REFUSED)('%s loses a whole redirect', async (_what, verb, reason) => {
  const { call, socket } = await openAnsweredCall();
  socket.command('redirect', [{ verb: 'say', text: 'lost as well' }, verb]);
  await settle();
  expect(call.ignored).toEqual([expect.stringMatching(reason)]);
  expect(call.state.verbs.items.map(({ name }) => name)).not.toContain('say');
});

test.each([
  ['a say with an empty text', { verb: 'say', text: '' }],
  ['a say of a stream', { verb: 'say', stream: true }],
  ['an elevenlabs llm with agent_id', { verb: 'llm', vendor: 'elevenlabs', auth: { agent_id: 'a' }, llmOptions: {} }],
])('%s is accepted', async (_what, verb) => {
  const { call, socket } = await openAnsweredCall();
  socket.command('redirect', [verb]);
  await settle();
  expect(call.ignored).toEqual([]);
});
