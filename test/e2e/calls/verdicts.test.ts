import { eventually } from '../cluster-harness.ts';
import { type Posted, redirect, type StandaloneHarness, startStandalone } from '../standalone-harness.ts';
import { begin, executed } from './played-call.ts';

/*
 * What has no effect on the platform is refused with the reason, and what the platform takes gets there and is executed: the
 * simulated jambonz checks as strictly as the real one, and says what it could not use.
 */

const WAIT = { verb: 'pause', id: 'wait', length: 1000 };
const DIAL = { from: '1', to: { type: 'phone', number: '+15551234' }, call_hook: 'wss://example.com/out' };
const command = (name: string, data: unknown, more: object = {}) => ({ type: 'command', command: name, data, ...more });

let jambus: StandaloneHarness;
beforeAll(async () => {
  jambus = await startStandalone();
});
afterAll(() => jambus.stop());

/** Sends something to a call that is live, and gives back what became of it. */
async function sent(body: object): Promise<Posted & { readonly ignored: readonly string[]; readonly ran: boolean }> {
  const call = await begin(jambus, [WAIT]);
  const posted = await jambus.post(call.callSid, body);
  // What has an effect shows behind it.
  await jambus.post(call.callSid, redirect([{ ...WAIT, id: 'behind' }]));
  await eventually('the verb behind it', () => executed(call).includes('behind'));
  return { ...posted, ignored: call.ignored, ran: executed(call).includes('sent') };
}

test.each([
  ['say without a text', redirect([{ verb: 'say' }]), 'text'],
  ['a gather whose say has no text', redirect([{ gather: { say: {} } }]), 'text'],
  ['a conference without a name', redirect([{ verb: 'conference', name: '' }]), 'name'],
  ['a dub without a track', redirect([{ verb: 'dub', action: 'addTrack', track: '' }]), 'track'],
  ['an llm without credentials', redirect([{ verb: 'llm', vendor: 'openai', llmOptions: {} }]), 'auth'],
  [
    'dialogflow cx without an agent',
    redirect([{ verb: 'dialogflow', project: 'p', model: 'cx', lang: 'en', credentials: '{}' }]),
    'agent',
  ],
  ['a redirect with child_call', command('redirect', { child_call: [WAIT] }), 'child_call'],
  ['a dial with answerOnBridge', command('dial', { ...DIAL, answerOnBridge: true }), 'answerOnBridge'],
  ['a dial with a trunk at the top', command('dial', { ...DIAL, trunk: 'carrier' }), 'trunk'],
  ['a dial from nobody', command('dial', { ...DIAL, from: '' }), 'from'],
  ['a dial with app_json alone', command('dial', { ...DIAL, call_hook: undefined, app_json: '[]' }), 'app_json'],
  ['a dial with an unknown key of amd', command('dial', { ...DIAL, amd: { actionHook: '/a', words: 5 } }), 'words'],
])('%s is refused, and the reason names it', async (_, body, named) => {
  const { result, ignored } = await sent(body);
  expect(result).toMatchObject({ status: 'rejected', code: 'invalid', detail: expect.stringContaining(named) });
  expect(ignored).toEqual([]);
});

test.each([
  ['hooks with user and password', { verb: 'gather', actionHook: { url: '/a', username: 'u', password: 'p' } }],
  [
    'options of a recognizer that schemas forget',
    { verb: 'gather', recognizer: { vendor: 'gladia', gladiaOptions: { a: 1 } } },
  ],
  ['the verb lex', { verb: 'lex', botId: 'b', botAlias: 'a', region: 'r', locale: 'en_US', credentials: {} }],
])('%s are taken by the platform, and reach it', async (_, verb) => {
  const { result, ignored, ran } = await sent(redirect([{ ...verb, id: 'sent' }]));
  expect([result.status, ignored, ran]).toEqual(['delivered', [], true]);
});

test.each([
  ['a command of newer servers', command('llm:status', { llm_status: 'move-to-room', room: 'r' })],
  ['a value of newer servers', command('stream:status', { stream_status: 'move-to-room', room: 'r' })],
])('%s is delivered, and its result says that it is lost on 0.9.8', async (_, body) => {
  const { result } = await sent(body);
  expect(result).toMatchObject({ status: 'delivered', detail: expect.stringContaining('no effect') });
});

test('tokens with a text as their id, and an ack as older clients write it, are taken', async () => {
  const tokens = await sent(command('tts:tokens', { id: 'first', tokens: 'hello' }));
  expect(tokens.result.status).toBe('delivered');
  const call = jambus.call();
  const { json } = await jambus.find('events', call.callSid, ({ json }) => json.type === 'session:new');
  const ack = { type: 'ack', msgid: json.msgid, command: 'redirect', queueCommand: false, data: [WAIT] };
  expect((await jambus.post(call.callSid, ack)).result.status).toBe('delivered');
  await eventually('its verb', () => executed(call).includes('wait'));
});
