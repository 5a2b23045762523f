import { once } from 'node:events';
import { WebSocket } from 'ws';
import { startTcpProxy } from '../../fixtures/index.ts';
import type { SimulatedCall } from '../../simulator/index.ts';
import { type Cluster, delay, eventually, startCluster } from '../cluster-harness.ts';
import { redirect, type StandaloneHarness, startStandalone } from '../standalone-harness.ts';
import { answer, answersTo, begin, executed, play } from './played-call.ts';

/*
 * What happens to a call while jambonz waits for its initial application.
 */

const WAIT = { verb: 'pause', id: 'after', length: 1000 };

describe('one gateway', () => {
  let jambus: StandaloneHarness;
  beforeAll(async () => {
    jambus = await startStandalone({ JAMBUS_UNCLAIMED_AFTER_MS: '4000' });
  });
  afterAll(() => jambus.stop());

  test('a call that drops in set-up, which jambonz makes mute, is heard again', async () => {
    const { call } = play(jambus, 'mute', { patienceMs: 1_000_000 });
    await eventually('the cure', () => call.reconnects === 2 && call.connected);
    expect((await jambus.post(call.callSid, redirect([WAIT]))).result.status).toBe('delivered');
    await jambus.find('events', call.callSid, ({ json }) => json.type === 'verb:status' && json.data.id === 'after');
    expect([call.mute, call.reconnects]).toEqual([false, 2]);
    call.hangup();
    expect(await call.ended).toMatchObject({ reason: 'completed' });
  });

  test('a call that jambonz has rejected is over at once, and its commands are told so', async () => {
    const { call, done } = play(jambus, 'rejected');
    expect(await done).toMatchObject({ ok: true });
    const before = Date.now();
    const { result } = await jambus.post(call.callSid, redirect([WAIT]));
    expect([result.code, Date.now() - before < 2_000]).toEqual(['call_ended', true]);
    expect(jambus.log.map(({ msg }) => msg)).toContainEqual(expect.stringContaining('has not taken'));
  });

  /** A leg that a call has dialled, and that has become a call of its own. */
  async function adult(): Promise<SimulatedCall> {
    const target = [{ type: 'phone', number: '+15550100' }];
    const verbs = [
      { verb: 'dial', target },
      { verb: 'pause', length: 1_000 },
    ];
    const call = await begin(jambus, verbs, { script: { durations: { dial: 1_000_000 } } });
    await eventually('the parties to be connected', () => call.child !== undefined);
    await call.adultChild([{ verb: 'pause', length: 1_000 }]);
    return call.offspring[0] as SimulatedCall;
  }

  test('a leg that becomes a call of its own obeys a command at once, reports its verbs and is never unclaimed', async () => {
    const leg = await adult();
    await jambus.find('events', leg.callSid, ({ json }) => json.type === 'session:adulting');
    expect((await jambus.post(leg.callSid, redirect([WAIT]))).result.status).toBe('delivered');
    await eventually('the verb', () => executed(leg).includes('after'));
    await jambus.find('events', leg.callSid, ({ json }) => json.type === 'verb:status' && json.data.id === 'after');
    expect(answersTo(leg, 'session:adulting')).toEqual([undefined]);
  });

  test('an ack to the leg, which jambonz would throw away, becomes a redirect', async () => {
    const leg = await adult();
    const { result } = await answer(jambus, leg.callSid, ({ type }) => type === 'session:adulting', [WAIT]);
    expect(result.status).toBe('delivered');
    await eventually('the verb', () => executed(leg).includes('after'));
  });

  test('a verb that fails is told as failed and then as finished, which ends it', async () => {
    const { call, done } = play(jambus, 'verb-failure');
    const SAY = [{ verb: 'say', id: 'in vain', text: 'hello' }, { verb: 'hangup' }];
    expect((await answer(jambus, call.callSid, ({ type }) => type === 'session:new', SAY)).result.status).toBe(
      'delivered',
    );
    const seen = await jambus.until('results', call.callSid, ({ json }) => json.status === 'finished');
    expect(seen.map(({ json }) => json.status)).toEqual(['delivered', 'started', 'failed', 'finished']);
    expect(await done).toMatchObject({ ok: true });
  });

  test('a leg that nobody sends anything is left to its own application', async () => {
    const leg = await adult();
    await delay(4_500);
    expect(leg.received.map(({ message }) => message?.['command'])).not.toContain('call:status');
  });
});

describe('two gateways', () => {
  let cluster: Cluster;
  beforeEach(async () => {
    cluster = await startCluster();
  });
  afterEach(() => cluster.close());

  test('calls in set-up whose gateway is killed are heard at the next one', async () => {
    const first = await cluster.addGateway();
    const second = await cluster.addGateway();
    const adapter = await cluster.addAdapter();
    const service = await startTcpProxy(Number(new URL(first.websocketUrl).port));
    const url = `ws://127.0.0.1:${service.port}/ivr`;
    const calls = Array.from({ length: 3 }, () => cluster.call({ ...first, websocketUrl: url }));
    await Promise.all(calls.map((call) => call.waitFor('session:new')));
    await eventually('the events', async () => (await cluster.messages('events')).length === calls.length);
    adapter.links[0]?.cut();
    service.cut();
    service.retarget(Number(new URL(second.websocketUrl).port));
    service.restore();
    await eventually('the cure', () => calls.every((call) => call.connected && !call.mute && call.reconnects >= 2));
    for (const call of calls) {
      cluster.publish(call.callSid, redirect([WAIT]));
      await eventually('the verb', () => executed(call).includes('after'));
      await call.waitFor(({ raw }) => raw.includes('"starting"') && raw.includes('"after"'));
    }
    await service.close();
  });

  test('a call whose websocket was opened just before the gateway stops is answered, and then sent on', async () => {
    const first = await cluster.addGateway({ JAMBUS_DRAIN_MS: '4000', JAMBUS_DRAIN_NOTICE_MS: '100' });
    await cluster.addGateway();
    await cluster.addAdapter();
    // So that the drain goes on for some time.
    await cluster.liveCalls(first, 30);
    const socket = new WebSocket(first.websocketUrl, 'ws.jambonz.org');
    await once(socket, 'open');
    const stopped = first.stop();
    await delay(200);
    const answers: string[] = [];
    socket.on('message', (data) => answers.push(String(data)));
    socket.send(JSON.stringify({ type: 'session:new', msgid: 'late', call_sid: 'late-call', data: {} }));
    const [code] = await once(socket, 'close');
    expect(code).toBe(1012);
    expect(answers.map((text) => JSON.parse(text))).toMatchObject([{ type: 'ack', msgid: 'late' }]);
    await eventually('its event', async () =>
      (await cluster.messages('events')).some(({ callSid, type }) => callSid === 'late-call' && type === 'session:new'),
    );
    await stopped;
  });
});
