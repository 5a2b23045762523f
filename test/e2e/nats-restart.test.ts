import { connect, type NatsConnection } from 'nats';
import { describeWithNats, type NatsServer } from '../brokers/nats/index.ts';
import { type JambusCluster, startJambusCluster } from '../cluster/jambus-cluster.ts';
import { startTcpProxy, type TcpProxy } from '../fixtures/index.ts';
import { type SimulatedCall, startCall } from '../simulator/index.ts';
import { eventually } from './cluster-harness.ts';

/** What the bus says about events. */
interface Seen {
  readonly id: string;
  readonly epoch: number;
  readonly sequence: number;
}

/* Nobody is left who remembers a call: the bus does. */
await describeWithNats('every gateway and adapter is killed and others start', { version: 'newest' }, (nats) => {
  let server: NatsServer;
  let nc: NatsConnection;
  let service: TcpProxy;
  let cluster: JambusCluster;
  let call: SimulatedCall;
  const events: Seen[] = [];

  const startAll = (): Promise<JambusCluster> =>
    startJambusCluster({ gateways: 1, adapters: 1, bus: { JAMBUS_BUS: 'nats', JAMBUS_NATS_URL: server.url } });
  const portOf = ({ websocketUrls: [url = ''] }: JambusCluster): number => Number(new URL(url).port);
  /** Kills all, once others are there to take the call. */
  const replaceAll = async (): Promise<void> => {
    const former = cluster;
    cluster = await startAll();
    service.retarget(portOf(cluster));
    await former.close();
    await eventually('the reconnect', () => call.connected);
  };
  const allSaid = (): Promise<void> => eventually('its events', () => events.length === call.sent.length);

  beforeAll(async () => {
    server = await nats.start();
    nc = await connect({ servers: server.url });
    cluster = await startAll();
    service = await startTcpProxy(portOf(cluster));
    nc.subscribe('jambonz.events.>', {
      callback: (_, { headers }) => {
        const number = (name: string): number => Number(headers?.get(name));
        events.push({ id: headers?.get('ce-id') ?? '', epoch: number('ce-epoch'), sequence: number('ce-sequence') });
      },
    });
    await nc.flush();
  }, 60_000);

  afterAll(async () => {
    await call.abort();
    await cluster.close();
    await service.close();
    await nc.close();
    await server.stop();
  }, 60_000);

  test('twice, and the events of a call go on where they were, each with an id of its own', async () => {
    call = startCall({ url: `ws://127.0.0.1:${service.port}/ivr`, speed: 20 });
    await call.waitFor(({ raw }) => raw.includes('"finished"'));
    await allSaid();
    for (const epoch of [2, 3]) {
      await replaceAll();
      await call.send('verb:hook', { hook: '/after', data: {} });
      await allSaid();
      expect(events.at(-1)?.epoch).toBe(epoch);
    }
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  }, 60_000);
});
