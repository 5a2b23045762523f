import { join } from 'node:path';
import { type BusTrouble, connectNatsBus } from '@jambus/bus';
import { connect, type NatsConnection, type StreamInfo } from 'nats';
import { findNatsServer } from '../brokers/nats/index.ts';
import { describeWithBroker } from '../brokers/provisioning/describe-with-broker.ts';
import { freePort } from '../brokers/provisioning/free-port.ts';
import { runCommand } from '../brokers/provisioning/run-command.ts';
import type { OwnBroker } from '../brokers/provisioning/test-broker.ts';
import { eventually } from '../conformance/driver-support.ts';
import { REPOSITORY } from '../fixtures/repository.ts';
import { readCompose } from './compose/read-compose.ts';
import { startShippedNats } from './shipped-nats.ts';

/** Of digits, which would be a number if it had no quotes. */
const PASSWORD = '1234567890';
const CHECK_MS = 10_000;
const CLUSTER_MS = 90_000;
const NOT_A_PROGRAM = { available: false, line: 'the nats-server of the tests is no program of this machine' } as const;
const DEV = join(REPOSITORY, 'deploy/kubernetes/overlays/dev/nats.conf');
const CLUSTER = join(REPOSITORY, 'deploy/kubernetes/overlays/nats-cluster/nats.conf');
const SIGNED_IN = { user: 'jambus', pass: PASSWORD };
const ENVIRONMENT = { NATS_USER: 'jambus', NATS_PASSWORD: `"${PASSWORD}"` };

const source = await findNatsServer('newest');
const program = source.available && source.kind !== 'program' ? undefined : source;

describeWithBroker('the configurations of nats-server', program ?? NOT_A_PROGRAM, () => {
  const nats = () => {
    if (!source.available || source.kind !== 'program') throw new Error('no program');
    return source;
  };
  const ending: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of ending.splice(0).reverse()) await end();
  });

  /** Has the server read a file without starting. @throws Error with what it says about it */
  const check = (file: string, env: Readonly<Record<string, string>> = {}): Promise<string> =>
    runCommand(nats().file, ['--config', file, '-t'], { env, timeoutMs: CHECK_MS });

  /** What a server says of how it keeps its streams. */
  const keeping = async (monitorPort: number): Promise<unknown> => {
    const answer = await fetch(`http://127.0.0.1:${monitorPort}/jsz`);
    return ((await answer.json()) as { readonly config: unknown }).config;
  };

  test('of the compose file is one, with the variables that it gets there', async () => {
    const secrets = {
      JAMBUS_LINK_TOKEN: 'a-token-for-tests-only',
      JAMBUS_NATS_PASSWORD: PASSWORD,
      JAMBUS_BASIC_AUTH: 'jambonz:password',
    };
    const { configs, services } = await readCompose(join(REPOSITORY, 'deploy/compose.yaml'), secrets);
    const file = join(REPOSITORY, 'deploy', configs['nats']?.file ?? '');
    await expect(check(file, services['nats']?.environment)).resolves.toBeDefined();
  });

  test('of an account for each application is one, and needs a password for each user', async () => {
    const file = join(REPOSITORY, 'deploy/nats/nats.conf');
    const names = ['jambonz_adapter', 'jambonz_microservice', 'jambonz_operator'];
    const env = Object.fromEntries(names.map((name) => [name, `"${PASSWORD}"`]));
    await expect(check(file, env)).resolves.toBeDefined();
    for (const name of names) {
      const { [name]: _, ...others } = env;
      await expect(check(file, others)).rejects.toThrow(name);
    }
  });

  test('of the overlay dev and of compose syncs before it confirms, and lets nobody in without user and password', async () => {
    await expect(check(DEV)).rejects.toThrow(/NATS_USER/);
    const [port, monitorPort] = [await freePort(), await freePort()];
    const here = { '"0.0.0.0:4222"': `"127.0.0.1:${port}"`, '"0.0.0.0:8222"': `"127.0.0.1:${monitorPort}"` };
    const server = await startShippedNats({ source: nats(), file: DEV, here, environment: ENVIRONMENT, monitorPort });
    ending.push(() => server.stop());
    expect(await keeping(monitorPort)).toMatchObject({ sync_always: true });
    await expect(connect({ port, reconnect: false })).rejects.toThrow(/Authorization/);
    const nc = await connect({ port, ...SIGNED_IN });
    ending.push(() => nc.close());
  });

  test(
    'of the overlay nats-cluster makes three servers one, of which any one may be away, and that sync before they confirm',
    async () => {
      const ports = await Promise.all([0, 1, 2].map(threePorts));
      const servers = new Map<string, OwnBroker>();
      ending.push(() => Promise.all([...servers.values()].map((server) => server.stop())));
      await Promise.all(
        ports.map(async ({ client, routes, monitor }, n) => {
          const name = `jambus-nats-${n}`;
          const peers = ports.map((each, m) => [`jambus-nats-${m}.jambus-nats-peers:6222`, `127.0.0.1:${each.routes}`]);
          const here = {
            '"0.0.0.0:4222"': `"127.0.0.1:${client}"`,
            '"0.0.0.0:6222"': `"127.0.0.1:${routes}"`,
            '"0.0.0.0:8222"': `"127.0.0.1:${monitor}"`,
            ...Object.fromEntries(peers),
          };
          const environment = { ...ENVIRONMENT, POD_NAME: name };
          servers.set(
            name,
            await startShippedNats({ source: nats(), file: CLUSTER, here, environment, monitorPort: monitor }),
          );
        }),
      );
      for (const { monitor } of ports) {
        // What the startup probe asks, as long as it asks.
        await eventually(async () => expect((await fetch(`http://127.0.0.1:${monitor}/healthz`)).ok).toBe(true));
        expect(await keeping(monitor)).toMatchObject({ sync_always: true });
      }
      const urls = ports.map(({ client }) => `nats://127.0.0.1:${client}`);
      await expect(connect({ servers: urls, reconnect: false })).rejects.toThrow(/Authorization/);

      const troubles: BusTrouble[] = [];
      const bus = await connectNatsBus({
        connection: { servers: urls, user: SIGNED_IN.user, password: SIGNED_IN.pass },
        streams: { replicas: 3 },
        onTrouble: (trouble) => troubles.push(trouble),
      });
      ending.push(() => bus.close());
      expect(troubles).toEqual([]);
      const nc = await connect({ servers: urls, maxReconnectAttempts: -1, reconnectTimeWait: 50, ...SIGNED_IN });
      ending.push(() => nc.close());
      const { cluster, config } = await commandsOf(nc);
      expect([config.num_replicas, cluster?.replicas?.length]).toEqual([3, 2]);
      await nc.jetstream().publish('jambonz.commands.call', 'before');
      await servers.get(cluster?.leader ?? '')?.kill();
      await eventually(async () => void (await nc.jetstream().publish('jambonz.commands.call', 'without the leader')));
      // The server that leads all of JetStream may have been the same one.
      await eventually(async () => expect((await commandsOf(nc)).state.messages).toBeGreaterThanOrEqual(2));
    },
    CLUSTER_MS,
  );
});

async function threePorts() {
  return { client: await freePort(), routes: await freePort(), monitor: await freePort() };
}

async function commandsOf(nc: NatsConnection): Promise<StreamInfo> {
  return (await nc.jetstreamManager()).streams.info('jambonz-commands');
}
