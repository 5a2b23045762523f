import { connect, headers, type NatsConnection } from 'nats';
import { describeWithNats, type NatsServer } from '../brokers/nats/index.ts';
import { type JambusCluster, startJambusCluster } from '../cluster/jambus-cluster.ts';
import { type SimulatedCall, startCall } from '../simulator/index.ts';
import { eventually } from './cluster-harness.ts';

interface Seen {
  readonly channel: string;
  readonly callSid: string;
  readonly json: { readonly commandId?: string; readonly status?: string; readonly type?: string };
}

const verb = (id: string): object => ({
  type: 'command',
  command: 'redirect',
  data: [{ verb: 'pause', id, length: 0 }],
});

/* Whole processes: what waits for calls that are away holds up nobody, whatever happens to adapters and broker meanwhile. */
await describeWithNats('commands that wait for calls, on nats', { version: 'newest' }, (nats) => {
  let server: NatsServer;
  let nc: NatsConnection;
  let cluster: JambusCluster;
  let away: SimulatedCall[];
  let live: SimulatedCall[];
  const seen: Seen[] = [];
  let commands = 0;

  const place = (count: number, reconnectSpeed: number): SimulatedCall[] =>
    Array.from({ length: count }, () => startCall({ url: cluster.websocketUrl, speed: 50, reconnectSpeed }));
  /** Publishes as a service does that reads its acknowledgement. @returns the id of the command */
  const publish = async (callSid: string): Promise<string> => {
    const id = `command-${++commands}`;
    await eventually('the broker takes the command', async () => {
      const attributes = headers();
      attributes.set('ce-id', id);
      const publishing = nc
        .jetstream()
        .publish(`jambonz.commands.${callSid}`, JSON.stringify(verb(id)), { headers: attributes, msgID: id });
      return publishing.then(
        () => true,
        () => false,
      );
    });
    return id;
  };
  const delivered = (id: string): boolean =>
    seen.some(({ channel, json }) => channel === 'results' && json.commandId === id && json.status === 'delivered');
  /** What the processes say of themselves. */
  const metric = (name: string, urls: readonly string[]): Promise<number[]> =>
    Promise.all(
      urls.map(async (url) => {
        const text = await (await fetch(`${url}/metrics`)).text();
        return Number(new RegExp(`^${name}(?:{[^}]*})? (\\d+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
      }),
    );
  const underWay = (): Promise<number[]> =>
    metric('jambus_commands_under_way', cluster.adminUrls.slice(cluster.gateways.length));

  beforeAll(async () => {
    server = await nats.start();
    nc = await connect({ servers: server.url, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
    // Whoever waited for a command that is held would wait for longer than this test does.
    const bus = { JAMBUS_BUS: 'nats', JAMBUS_NATS_URL: server.url, JAMBUS_DRAIN_MS: '60000' };
    cluster = await startJambusCluster({ gateways: 1, adapters: 1, bus });
    for (const channel of ['events', 'results']) {
      nc.subscribe(`jambonz.${channel}.>`, {
        callback: (_, { subject, data }) =>
          seen.push({ channel, callSid: subject.split('.')[2] ?? '', json: JSON.parse(Buffer.from(data).toString()) }),
      });
    }
    await nc.flush();
    live = place(6, 1);
    away = place(48, 0.001);
    const all = [...live, ...away];
    await eventually('the calls', () =>
      all.every(({ callSid }) => seen.some(({ json, callSid: of }) => of === callSid && json.type === 'session:new')),
    );
    const first = await Promise.all(all.map(({ callSid }) => publish(callSid)));
    await eventually('the applications', () => first.every(delivered));
    for (const call of away) call.drop();
    // A command that comes before the gateway has seen that is written to a socket that is gone.
    const gateway = cluster.adminUrls.slice(0, cluster.gateways.length);
    await eventually(
      'the calls to be away',
      async () => (await metric('jambus_calls_away', gateway))[0] === away.length,
    );
  }, 90_000);

  afterAll(async () => {
    await Promise.all([...live, ...away].map((call) => call.abort()));
    await cluster.close();
    await nc.close();
    await server.stop();
  }, 60_000);

  test('freeze no call while an adapter is added and their partitions go to it', async () => {
    const held = await Promise.all(away.map(({ callSid }) => publish(callSid)));
    await eventually('they wait', async () => (await underWay())[0] === away.length);
    await cluster.addAdapter();
    await eventually('both adapters have some of them', async () => {
      const counts = await underWay();
      return counts.every((count) => count > 0) && counts.reduce((a, b) => a + b, 0) === away.length;
    });
    const ids = await Promise.all(live.map(({ callSid }) => publish(callSid)));
    await eventually('the commands of the others', () => ids.every(delivered));
    expect(held.some(delivered)).toBe(false);
  }, 90_000);

  test('are no longer under way when they are delivered, however often the broker was gone', async () => {
    for (let outage = 0; outage < 2; outage++) {
      await server.kill();
      await server.restart();
      const ids = await Promise.all(live.map(({ callSid }) => publish(callSid)));
      await eventually('commands go on', () => ids.every(delivered), 30_000);
    }
    for (const call of away) call.hangup();
    await eventually('nothing is under way', async () => (await underWay()).every((count) => count === 0), 40_000);
  }, 120_000);

  test('a type that no subject can carry is thrown away, and the events behind it and those of others come', async () => {
    const [call, other] = live as [SimulatedCall, SimulatedCall];
    for (const type of ['x'.repeat(5_000), '.'.repeat(3_000)]) {
      call.sendRaw(JSON.stringify({ type, msgid: 'm', call_sid: call.callSid, data: {} }));
    }
    const before = seen.length;
    const ids = await Promise.all([call, other].map(({ callSid }) => publish(callSid)));
    await eventually('the events', () =>
      ids.every((id) =>
        seen.slice(before).some(({ channel, json }) => channel === 'events' && JSON.stringify(json).includes(id)),
      ),
    );
  }, 60_000);
});
