import type { SimulatedCall } from '../simulator/index.ts';
import { type Posted, redirect, type StandaloneHarness, startStandalone } from './standalone-harness.ts';

const MUTE = { type: 'command', command: 'mute:status', data: { mute_status: 'mute' } };

/** Every way a command can be refused, as the one who sent it sees it, and as an operator does. */
describe('a command that cannot be delivered', () => {
  let jambus: StandaloneHarness;
  let call: SimulatedCall;

  beforeAll(async () => {
    jambus = await startStandalone();
    call = await jambus.liveCall();
  });
  afterAll(() => jambus.stop());

  /** The refusal is the answer, one result on the bus, one line in the log, and one more in the metric. */
  const refused = async (code: string, send: () => Promise<Posted>, callSid = call.callSid): Promise<Posted> => {
    const linesBefore = jambus.log.length;
    const posted = await send();
    expect([posted.result.status, posted.result.code]).toEqual(['rejected', code]);
    // Two commands may get their results in the same millisecond, and a duplicate has the id of another.
    const { at, commandId } = posted.result;
    const result = await jambus.find('results', callSid, ({ json }) => json.at === at && json.commandId === commandId);
    expect(result.json).toEqual(posted.result);
    const lines = jambus.log.slice(linesBefore).filter(({ msg }) => msg === 'command rejected');
    expect(lines).toMatchObject([{ level: 'warn', code, callSid }]);
    return posted;
  };

  test('invalid: a typo in a verb is named, with what was meant', async () => {
    const { status, result } = await refused('invalid', () =>
      jambus.post(call.callSid, redirect([{ verb: 'say', txt: 'typo' }])),
    );
    expect(status).toBe(422);
    expect(result.detail).toMatch(/txt.*text/);
  });

  test('invalid: what is no JSON at all', async () => {
    await refused('invalid', () => jambus.post(call.callSid, '{"type":"command",'));
  });

  test('invalid: an empty body', async () => {
    await refused('invalid', () => jambus.post(call.callSid, ''));
  });

  test('invalid: bytes that are not even text', async () => {
    await refused('invalid', () => jambus.post(call.callSid, Buffer.from([0xff, 0xfe, 0x00, 0x80])));
  });

  test('invalid: an unknown command, with the nearest known one', async () => {
    const { result } = await refused('invalid', () =>
      jambus.post(call.callSid, { type: 'command', command: 'redirekt', data: [] }),
    );
    expect(result.detail).toMatch(/redirect/);
  });

  test.each([
    ['call:status', { call_status: 'ended' }],
    ['mute:status', { mute_status: 'silent' }],
    ['conf:mute-status', { conf_mute_status: true }],
    ['conf:hold-status', { conf_hold_status: 'wait' }],
    ['listen:status', { listen_status: 'stop' }],
    ['whisper', { whisper: [{ verb: 'dial', target: [] }] }],
    ['sip:request', { method: 'INVITE' }],
    ['redirect', 'somewhere'],
  ])('invalid: %s with data it does not take', async (command, data) => {
    const { result } = await refused('invalid', () => jambus.post(call.callSid, { type: 'command', command, data }));
    expect(result.detail).toMatch(/data/);
  });

  test('invalid: an expirytime that is none', async () => {
    const { result } = await refused('invalid', () =>
      jambus.post(call.callSid, MUTE, { 'ce-id': 'bad-time', 'ce-expirytime': 'soon' }),
    );
    expect(result).toMatchObject({ commandId: 'bad-time', detail: expect.stringMatching(/expirytime/) });
  });

  test('an invalid command also goes to the dead letters, as it came, with the reason', async () => {
    const body = '{"type":"command","command":"redirect","data":[{"verb":"say","txt":"typo"}]}';
    await jambus.post(call.callSid, body, { 'ce-id': 'dead' });
    const letter = await jambus.find('deadletters', call.callSid, ({ attributes }) => attributes['id'] === 'dead');
    expect(letter.text).toBe(body);
    expect(letter.attributes).toMatchObject({ dlreason: 'invalid', dlattempts: '1' });
    expect(letter.attributes['dldetail']).toMatch(/text/);
    expect(letter.attributes['dlorigin']).toMatch(/^jambonz\.commands\/[\w-]+\/\d+\/\d+$/);
  });

  test('unknown_call: a call that never was', async () => {
    const { status } = await refused('unknown_call', () => jambus.post('never-was', MUTE), 'never-was');
    expect(status).toBe(404);
  });

  test('call_ended: a call that is over', async () => {
    const over = await jambus.liveCall();
    over.hangup();
    await over.ended;
    await jambus.find('events', over.callSid, ({ json }) => json.data?.call_status === 'completed');
    const { status } = await refused('call_ended', () => jambus.post(over.callSid, MUTE), over.callSid);
    expect(status).toBe(410);
  });

  test('expired: an expirytime that is over', async () => {
    const { status } = await refused('expired', () =>
      jambus.post(call.callSid, MUTE, { 'ce-expirytime': '2020-01-01T00:00:00Z' }),
    );
    expect(status).toBe(408);
  });

  test('too_large: what would kill the websocket of the call', async () => {
    const { status } = await refused('too_large', () =>
      jambus.post(call.callSid, redirect([{ verb: 'say', text: 'x'.repeat(25_000) }])),
    );
    expect(status).toBe(413);
  });

  test('duplicate: the same id a second time', async () => {
    const once = redirect([{ verb: 'say', id: 'once', text: 'once' }]);
    await jambus.post(call.callSid, once, { 'ce-id': 'twice' });
    const { status } = await refused('duplicate', () => jambus.post(call.callSid, once, { 'ce-id': 'twice' }));
    expect(status).toBe(409);
  });

  test('precondition_failed: the verb it was meant for is not running', async () => {
    const { status } = await refused('precondition_failed', () =>
      jambus.post(call.callSid, MUTE, { 'ce-ifverbid': 'long-gone' }),
    );
    expect(status).toBe(412);
  });

  test('403: what a web page sends behind the back of its reader', async () => {
    const { status, result } = await jambus.post(call.callSid, MUTE, { origin: 'https://evil.example' });
    expect([status, result]).toEqual([403, { error: 'forbidden', message: 'requests are not taken from web pages' }]);
  });

  test('none of it reached the call, which goes on', async () => {
    expect(call.ignored).toEqual([]);
    expect(call.sent.map(({ message }) => message?.['type'])).not.toContain('jambonz:error');
    expect((await jambus.post(call.callSid, redirect([{ verb: 'say', id: 'still', text: 'here' }]))).status).toBe(200);
    await call.waitFor(({ message }) => JSON.stringify(message?.['data'] ?? '').includes('"still"'));
  });

  test('the metric counts each by its code', async () => {
    for (const code of ['call_ended', 'expired', 'too_large', 'unknown_call', 'precondition_failed']) {
      const text = await (await fetch(`${jambus.doorUrl}/metrics`)).text();
      expect(text).toMatch(new RegExp(`jambus_commands_total\\{[^}]*outcome="${code}"`));
    }
  });
});
