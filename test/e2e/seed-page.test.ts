import type { SimulatedCall } from '../simulator/index.ts';
import { GREETING, redirect, type StandaloneHarness, startStandalone } from './standalone-harness.ts';

/*
 * Every command of the documentation page this product began with, from HTTP over the bus to the websocket, as the page
 * writes it; what counts is what the platform's code makes of it.
 */
describe('the commands of the documentation page, from HTTP to the websocket', () => {
  let jambus: StandaloneHarness;
  let call: SimulatedCall;

  beforeAll(async () => {
    jambus = await startStandalone();
  });
  afterAll(() => jambus.stop());
  beforeEach(async () => {
    call = await jambus.liveCall();
  });
  afterEach(async () => {
    call.hangup();
    await call.ended;
    expect(call.ignored).toEqual([]);
  });

  const deliver = async (command: object): Promise<void> => {
    const { status, result } = await jambus.post(call.callSid, command);
    expect([status, result.status, result.detail]).toEqual([200, 'delivered', undefined]);
  };

  test('redirect, with the say of the page in its own notation and with queueCommand', async () => {
    await deliver({
      type: 'command',
      command: 'redirect',
      queueCommand: true,
      data: [{ say: { id: 'b5e39996', text: "Hello it's me Mario" } }],
    });
    const spoken = await jambus.find(
      'events',
      call.callSid,
      ({ json }) => json.type === 'verb:status' && json.data.id === 'b5e39996' && json.data.event === 'finished',
    );
    expect(spoken.attributes['causationid']).toBeDefined();
    expect(call.state.verbs.items.map(({ id }) => id)).toEqual([undefined, 'greeting', 'b5e39996']);
  });

  test('redirect with queueCommand waits for what is being said, without it interrupts', async () => {
    await deliver(redirect([{ verb: 'say', id: 'long', text: 'word '.repeat(400) }]));
    await deliver(redirect([{ verb: 'say', id: 'queued', text: 'later' }], { queueCommand: true }));
    await deliver(redirect([{ verb: 'say', id: 'now', text: 'now' }]));
    await jambus.find('events', call.callSid, ({ json }) => json.data.id === 'now' && json.data.event === 'finished');
    expect(call.state.verbs.items.map(({ id }) => id)).not.toContain('queued');
  });

  test('redirect in the array notation that the newer documentation uses', async () => {
    await deliver(redirect([{ verb: 'say', id: 'second', text: 'again' }]));
    await jambus.find('events', call.callSid, ({ json }) => json.data.id === 'second');
  });

  test('call:status completed hangs up', async () => {
    await deliver({ type: 'command', command: 'call:status', data: { call_status: 'completed' } });
    expect((await call.ended).reason).toBe('completed');
  });

  test('mute:status mutes and unmutes', async () => {
    await deliver(redirect([{ verb: 'dial', id: 'd', target: [{ type: 'phone', number: '+15551234' }] }]));
    await jambus.find(
      'events',
      call.callSid,
      ({ json }) => json.data?.call_status === 'in-progress' && json.data.direction === 'outbound',
    );
    await deliver({ type: 'command', command: 'mute:status', data: { mute_status: 'mute' } });
    expect(call.state.muted).toBe(true);
    await deliver({ type: 'command', command: 'mute:status', data: { mute_status: 'unmute' } });
    expect(call.state.muted).toBe(false);
  });

  test('conf:mute-status mutes the legs of a conference', async () => {
    await joinConference();
    await deliver({ type: 'command', command: 'conf:mute-status', data: { conf_mute_status: 'mute' } });
    expect(call.state.conferenceMuted).toBe(true);
  });

  test('conf:hold-status holds a leg of a conference', async () => {
    await joinConference();
    await deliver({ type: 'command', command: 'conf:hold-status', data: { conf_hold_status: 'hold' } });
    expect(call.state.onHold).toBe(true);
  });

  test('listen:status pauses a stream', async () => {
    await deliver(redirect([{ verb: 'listen', id: 'l', url: 'wss://example.com/audio' }]));
    await jambus.find('events', call.callSid, ({ json }) => json.data?.id === 'l');
    await deliver({ type: 'command', command: 'listen:status', data: { listen_status: 'pause' } });
    expect(call.state.listenStatus).toBe('pause');
  });

  test('whisper is heard by one party', async () => {
    await deliver(redirect([{ verb: 'dial', id: 'd', target: [{ type: 'phone', number: '+15551234' }] }]));
    await jambus.find(
      'events',
      call.callSid,
      ({ json }) => json.data?.call_status === 'in-progress' && json.data.direction === 'outbound',
    );
    await deliver({ type: 'command', command: 'whisper', data: { whisper: [{ verb: 'say', text: 'psst' }] } });
    expect(call.state.whispers.items).toHaveLength(1);
  });

  test('sip:request written flat, as the page says, reaches the far end', async () => {
    await deliver({
      type: 'command',
      command: 'sip:request',
      data: { method: 'INFO', content_type: 'text/plain', content: 'hello', headers: { 'X-Test': '1' } },
    });
    expect(call.state.sipRequests.items).toMatchObject([
      { content: { method: 'INFO', content_type: 'text/plain', content: 'hello', headers: { 'X-Test': '1' } } },
    ]);
  });

  async function joinConference(): Promise<void> {
    await deliver(redirect([{ verb: 'conference', id: 'c', name: 'room' }]));
    await jambus.find('events', call.callSid, ({ json }) => json.data?.id === 'c');
  }
});

describe('the first application of a call', () => {
  let jambus: StandaloneHarness;

  beforeAll(async () => {
    jambus = await startStandalone({ JAMBUS_APPLICATION_DEADLINE_MS: '200' });
  });
  afterAll(() => jambus.stop());

  test('is the redirect that comes while the call waits for it', async () => {
    const call = jambus.call();
    await jambus.post(call.callSid, redirect(GREETING));
    const first = await call.waitFor('ack');
    expect(first.message?.['data']).toEqual([{ verb: 'config', notifyEvents: true }, ...GREETING]);
  });

  test('is the fallback when nobody says anything, and the call then takes commands', async () => {
    const call = jambus.call();
    await jambus.find('events', call.callSid, ({ json }) => json.type === 'call:status');
    expect((await jambus.post(call.callSid, redirect(GREETING))).result.status).toBe('delivered');
    await jambus.find('events', call.callSid, ({ json }) => json.data?.id === 'greeting');
  });
});
