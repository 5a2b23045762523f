import { type Bus, type BusTrouble, type CommandRecord, connectNatsBus, type NatsStreamSettings } from '@jambus/bus';
import { busNames } from '@jambus/schema';
import { connect, type JetStreamManager, type NatsConnection } from 'nats';
import { describeWithNats, type NatsCluster, type NatsServer, startNatsCluster } from '../brokers/nats/index.ts';
import { describeBus } from './describe-bus.ts';
import { eventOf, eventually, handleOn, LONG_MS } from './driver-support.ts';
import { natsHarness } from './nats-harness.ts';
import { numbers, textOf } from './scene.ts';

/* Three servers, of which each has a copy: what people run who mean to lose nothing. */
await describeWithNats('a cluster of NATS', { version: 'newest' }, ({ ours }) => {
  if (!ours) return test.skip('is started here, and the server that was named is another', () => {});
  let cluster: NatsCluster;
  let nc: NatsConnection;
  let jsm: JetStreamManager;
  let cases = 0;
  const ending: (() => Promise<unknown>)[] = [];
  const troubles: BusTrouble[] = [];
  const killed: NatsServer[] = [];
  const kill = async (server: NatsServer): Promise<void> => {
    killed.push(server);
    await server.kill();
  };
  const names = () => busNames(`cluster-${cases}`);

  beforeAll(async () => {
    cluster = await startNatsCluster(3);
    nc = await connect({ servers: [...cluster.urls], maxReconnectAttempts: -1, reconnectTimeWait: 50 });
    jsm = await nc.jetstreamManager();
  }, LONG_MS);
  beforeEach(() => {
    cases++;
    troubles.length = 0;
  });
  afterEach(async () => {
    for (const end of ending.splice(0).reverse()) await end();
    // The next test begins with all.
    await Promise.all(killed.splice(0).map((server) => server.restart()));
    await cluster.whole();
  }, LONG_MS);
  afterAll(async () => {
    await nc.close();
    await cluster.stop();
  }, LONG_MS);

  const connectBus = async (streams: Partial<NatsStreamSettings> = { replicas: 3 }): Promise<Bus> => {
    const bus = await connectNatsBus({
      connection: { servers: cluster.urls },
      names: names(),
      leaseMs: 1_000,
      onTrouble: (trouble) => troubles.push(trouble),
      streams: { partitions: 2, maxBytes: 16 * 1024 * 1024, ...streams },
    });
    ending.push(() => bus.close());
    return bus;
  };
  const streamOf = (channel: string) => `${names().commands.split('.')[0]}-${channel}`;
  const leaderOf = async (channel: string): Promise<NatsServer> => {
    const { cluster: of } = await jsm.streams.info(streamOf(channel));
    return cluster.named(of?.leader ?? '');
  };
  /** However long there is no leader. */
  const publish = (text: string) =>
    eventually(() =>
      nc
        .jetstream()
        .publish(`${names().commands}.call`, text, { msgID: text })
        .then(() => {}),
    );
  const risks = () => troubles.flatMap((trouble) => (trouble.kind === 'risky_setting' ? [trouble.detail] : []));

  test(
    'loses and doubles no command and no event when the leader of their streams is killed under way',
    async () => {
      const bus = await connectBus();
      const { handled } = handleOn(bus, async () => ({ kind: 'done' }));
      const texts = numbers(60).map((number) => `command ${number}`);
      for (const [index, text] of texts.entries()) {
        if (index === 20) await kill(await leaderOf('commands'));
        await publish(text);
        await eventually(() => bus.sink.publish([eventOf('call', text)]));
      }
      await eventually(() => expect(inOrder(handled)).toEqual(texts));
      expect((await jsm.streams.info(streamOf('events'))).state.messages).toBe(texts.length);
    },
    LONG_MS,
  );

  test(
    'without a majority is said not to be healthy, and is again when the servers are back',
    async () => {
      const bus = await connectBus();
      const handling = handleOn(bus);
      ending.push(handling.end);
      await publish('before');
      await eventually(() => expect(handling.handled.map(textOf)).toEqual(['before']));
      expect(bus.healthy()).toBe(true);
      const dead = cluster.servers.slice(1);
      await Promise.all(dead.map(kill));
      await eventually(() => expect(bus.healthy()).toBe(false));
      // The one that is left takes connections all the same.
      expect(nc.isClosed()).toBe(false);
      await Promise.all(killed.splice(0).map((server) => server.restart()));
      await eventually(() => expect(bus.healthy()).toBe(true));
      await publish('behind');
      await eventually(() => expect(inOrder(handling.handled)).toEqual(['before', 'behind']));
    },
    2 * LONG_MS,
  );

  test(
    'gives a stream its copies back that somebody has taken from it, while an adapter runs',
    async () => {
      ending.push(handleOn(await connectBus({ replicas: 3 })).end);
      for (const channel of ['commands', 'events']) {
        await jsm.streams.update(streamOf(channel), { num_replicas: 1 });
      }
      await eventually(async () => {
        for (const channel of ['commands', 'events']) {
          const { config } = await jsm.streams.info(streamOf(channel));
          expect([channel, config.num_replicas]).toEqual([channel, 3]);
        }
      });
    },
    LONG_MS,
  );

  test(
    'with one copy of a stream is told of, and has three when the setting says so',
    async () => {
      const first = await connectBus({ replicas: 1 });
      expect(risks()).toEqual(
        expect.arrayContaining([
          expect.stringMatching(/^stream cluster-\d+-commands has one copy on 3 servers: .*JAMBUS_NATS_REPLICAS to 3/),
          expect.stringMatching(/^stream KV_cluster-\d+-\S+ has one copy on 3 servers/),
        ]),
      );
      await publish('before');
      await first.close();
      troubles.length = 0;
      await connectBus({ replicas: 3 });
      expect(risks()).toEqual([]);
      for (const channel of ['commands', 'events', 'results', 'deadletters']) {
        const { config, state } = await jsm.streams.info(streamOf(channel));
        expect([channel, config.num_replicas, state.messages]).toEqual([channel, 3, channel === 'commands' ? 1 : 0]);
      }
    },
    LONG_MS,
  );

  test(
    'with a number of copies that is of no use, or with copies in memory alone, is told of',
    async () => {
      const first = await connectBus({ replicas: 2 });
      expect(risks()).toHaveLength(6);
      for (const risk of risks())
        expect(risk).toMatch(/has 2 copies and needs 2 of them: .*JAMBUS_NATS_REPLICAS to 3$/);
      await first.close();
      cases++;
      troubles.length = 0;
      await connectBus({ replicas: 3, storage: 'memory' });
      expect(risks()).toHaveLength(6);
      for (const risk of risks()) expect(risk).toMatch(/has its 3 copies in memory: .*JAMBUS_NATS_STORAGE to file/);
    },
    LONG_MS,
  );
});

await describeWithNats('a cluster of NATS, with three copies', { version: 'newest' }, ({ ours }) => {
  if (!ours) return test.skip('is started here, and the server that was named is another', () => {});
  let cluster: NatsCluster;

  beforeAll(async () => {
    cluster = await startNatsCluster(3);
  }, LONG_MS);
  afterAll(() => cluster.stop());

  describeBus('nats', natsHarness({ port: () => cluster.servers[0]?.port ?? 0, partitions: 4, replicas: 3 }));
});

/** What was not committed comes again after an outage, and is known by its position. */
function inOrder(handled: readonly CommandRecord[]): string[] {
  const texts = new Map<string, string>();
  for (const record of handled) if (!texts.has(record.position)) texts.set(record.position, textOf(record));
  return [...texts.values()];
}
