import { startTcpProxy, type TcpProxy } from '../fixtures/index.ts';
import type { SimulatedCall } from '../simulator/index.ts';
import { type Cluster, delay, eventually, startCluster } from './cluster-harness.ts';

/*
 * G7 and the drain: calls outlive the gateway they are on. jambonz dials the name of a service; here a proxy takes it to
 * whichever gateway is in.
 */

const say = (id: string): object => ({
  type: 'command',
  command: 'redirect',
  queueCommand: true,
  data: [{ verb: 'pause', id, length: 0 }],
});

describe('a gateway that is stopped', () => {
  let cluster: Cluster;
  let service: TcpProxy;
  let calls: SimulatedCall[];

  beforeEach(async () => {
    cluster = await startCluster();
    const first = await cluster.addGateway({ JAMBUS_DRAIN_MS: '3000' });
    const second = await cluster.addGateway();
    await cluster.addAdapter();
    await cluster.addAdapter();
    service = await startTcpProxy(Number(new URL(first.websocketUrl).port));
    calls = await cluster.liveCalls({ ...first, websocketUrl: `ws://127.0.0.1:${service.port}/ivr` }, 5);
    await eventually('calls that have nothing to say', async () => {
      const before = calls.map(({ sent }) => sent.length).join();
      await delay(60);
      return before === calls.map(({ sent }) => sent.length).join();
    });
    service.retarget(Number(new URL(second.websocketUrl).port));
  });
  afterEach(async () => {
    await cluster.close();
    await service.close();
  });

  test('moves its calls to another, each with one reconnect, and hangs up none', async () => {
    await cluster.gateways[0]?.stop();
    await eventually('the reconnects', () => calls.every(({ connected }) => connected));
    expect(calls.map(({ reconnects }) => reconnects)).toEqual([1, 1, 1, 1, 1]);
    const events = await cluster.messages('events');
    expect(events.filter(({ type }) => type === 'jambus:lost')).toEqual([]);
  });

  test('events go on with the next number and the next epoch, without a gap', async () => {
    await cluster.gateways[0]?.stop();
    for (const call of calls) {
      await eventually('the reconnect', () => call.connected);
      cluster.publish(call.callSid, say('after'));
      await call.waitFor(({ raw }) => raw.includes('"finished","id":"after"'));
    }
    for (const { callSid, sent } of calls) {
      const ofCall = async () => (await cluster.messages('events')).filter((event) => event.callSid === callSid);
      await eventually('its events', async () => (await ofCall()).length === sent.length);
      const numbers = (await ofCall()).map(({ attributes }) => Number(attributes['sequence']));
      expect(numbers).toEqual(numbers.map((_, index) => index + 1));
      expect((await ofCall()).at(-1)?.attributes).toMatchObject({ epoch: '2', source: '/jambus/gateway-2' });
    }
  });

  test('commands that come while a call is between two gateways are delivered by the next, in order', async () => {
    const stopped = cluster.gateways[0]?.stop();
    const positions = Array.from({ length: 20 }, (_, n) =>
      calls.map(({ callSid }) => cluster.publish(callSid, say(`n${n}`))),
    );
    await cluster.settled(positions.flat());
    await stopped;
    for (const { received } of calls) {
      const ids = received.flatMap(({ message }) => {
        const id = (message?.['data'] as [{ id?: string }] | undefined)?.[0]?.id;
        return id?.startsWith('n') === true ? [id] : [];
      });
      expect(ids).toEqual(Array.from({ length: 20 }, (_, n) => `n${n}`));
    }
    expect((await cluster.results()).filter(({ status }) => status === 'rejected')).toEqual([]);
  });

  test('an id that was used at the first is a duplicate at the second', async () => {
    const { callSid } = calls[0] as SimulatedCall;
    await cluster.settled([cluster.publish(callSid, say('once'), { id: 'used' })]);
    await cluster.gateways[0]?.stop();
    await eventually('the reconnect', () => calls[0]?.connected === true);
    await cluster.settled([cluster.publish(callSid, say('once'), { id: 'used' })]);
    expect(
      (await cluster.results()).filter(({ commandId, status }) => commandId === 'used' && status === 'rejected'),
    ).toMatchObject([{ code: 'duplicate' }]);
  });
});

describe('a gateway that is told to stop', () => {
  let cluster: Cluster;
  beforeEach(async () => {
    cluster = await startCluster();
  });
  afterEach(() => cluster.close());

  test('fails its readiness first, and still takes the calls that the load balancer sends until it has noticed', async () => {
    const gateway = await cluster.addGateway({ JAMBUS_DRAIN_MS: '8000', JAMBUS_DRAIN_NOTICE_MS: '2000' });
    await cluster.addAdapter();
    const readiness = () => fetch(`http://127.0.0.1:${gateway.linkPort}/readyz`).then(({ status }) => status);
    await eventually('the gateway is ready', async () => (await readiness()) === 200);
    const stopped = gateway.stop();
    await eventually('the gateway is unready', async () => (await readiness()) === 503);
    const call = cluster.call(gateway);
    cluster.publish(call.callSid, say('late'));
    await call.waitFor(({ raw }) => raw.includes('"late"'));
    expect(call.reconnects).toBe(0);
    call.hangup();
    await stopped;
  });
});
