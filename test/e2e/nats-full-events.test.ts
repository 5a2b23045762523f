import { connect, DiscardPolicy, type JetStreamManager, type NatsConnection } from 'nats';
import { describeWithNats, type NatsServer } from '../brokers/nats/index.ts';
import { type JambusCluster, startJambusCluster } from '../cluster/jambus-cluster.ts';
import { startCall } from '../simulator/index.ts';
import { eventually } from './cluster-harness.ts';

/* Whole processes: a stream that takes nothing more keeps events waiting, and its operator is told. */
await describeWithNats('a stream of events that an operator makes too small', { version: 'newest' }, (nats) => {
  let server: NatsServer;
  let nc: NatsConnection;
  let jsm: JetStreamManager;
  let cluster: JambusCluster;

  beforeAll(async () => {
    server = await nats.start();
    cluster = await startJambusCluster({
      gateways: 1,
      adapters: 1,
      bus: { JAMBUS_BUS: 'nats', JAMBUS_NATS_URL: server.url },
    });
    nc = await connect({ servers: server.url });
    jsm = await nc.jetstreamManager();
  }, 60_000);

  afterAll(async () => {
    await nc.close();
    await cluster.close();
    await server.stop();
  }, 60_000);

  const ready = async (): Promise<{ readonly status: number; readonly body: string }> => {
    const response = await fetch(`${cluster.adminUrls.at(-1)}/readyz`);
    return { status: response.status, body: await response.text() };
  };
  const sequences = async (callSid: string): Promise<(string | undefined)[]> => {
    const { state } = await jsm.streams.info('jambonz-events', { subjects_filter: `jambonz.events.${callSid}.>` });
    const found: string[] = [];
    for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
      const { subject, header } = await jsm.streams.getMessage('jambonz-events', { seq });
      if (subject.startsWith(`jambonz.events.${callSid}.`)) found.push(header.get('ce-sequence'));
    }
    return found;
  };
  const log = () => cluster.adapters[0]?.output() ?? '';

  test('makes the adapter unready, keeps every event until there is room, and is told of at both ends', async () => {
    await eventually('it is ready', async () => (await ready()).status === 200);
    await jsm.streams.update('jambonz-events', { max_msgs: 2, discard: DiscardPolicy.New });
    const call = startCall({ url: cluster.websocketUrl, speed: 20 });
    await eventually('it is not ready', async () => (await ready()).status === 503);
    expect((await ready()).body).toMatch(/"bus":\{"ok":false,"detail":"[^"]*is full[^"]*raise the bound/);
    await eventually('the stream is full', async () => (await jsm.streams.info('jambonz-events')).state.messages === 2);
    await jsm.streams.update('jambonz-events', { max_msgs: -1 });
    await eventually('it is ready again', async () => (await ready()).status === 200);
    await call.abort();
    await eventually('the end', async () => (await sequences(call.callSid)).length >= 4);
    const found = await sequences(call.callSid);
    expect(found).toEqual(found.map((_, index) => String(index + 1)));
    expect(await log()).toContain('is full');
    await eventually('one line', async () => (await log()).includes('the bus is well again'));
    expect(await log()).not.toContain('event lost');
  }, 60_000);
});
