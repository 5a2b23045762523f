import { connect } from 'nats';
import { freePort } from '../provisioning/free-port.ts';
import { type NatsServer, type NatsServerOptions, startNatsServer } from './start-nats-server.ts';

/** Servers that make one cluster, each with a copy of what is to have as many copies. */
export interface NatsCluster {
  readonly servers: readonly NatsServer[];
  readonly urls: readonly string[];
  /** The server by the name that JetStream calls it. @throws Error when there is none */
  named(name: string): NatsServer;
  /** The server that decides where streams are and which of their copies leads. @throws Error when there is none now */
  metaLeader(): Promise<NatsServer>;
  /** Resolves when all servers are there and JetStream has a leader. */
  whole(): Promise<void>;
  stop(): Promise<void>;
}

const WHOLE_WITHIN_MS = 30_000;
const LOOK_AGAIN_MS = 100;

export interface NatsClusterOptions extends Pick<NatsServerOptions, 'version' | 'syncAlways'> {
  /** Where the servers keep their files, by number. They are the caller's and stay; left out: folders that go with them. */
  readonly storeDirs?: readonly (string | undefined)[];
}

/**
 * Starts servers on this machine, with JetStream.
 *
 * @throws Error when they do not become a cluster in 30 s
 */
export async function startNatsCluster(size: number, options: NatsClusterOptions = {}): Promise<NatsCluster> {
  const { storeDirs = [], ...rest } = options;
  const ports = await Promise.all(Array.from({ length: size }, () => freePort()));
  const monitoring = await Promise.all(ports.map(() => freePort()));
  const routes = ports.map((port) => `nats://127.0.0.1:${port}`).join(', ');
  const servers = await Promise.all(
    ports.map((port, n) => {
      const cluster = `cluster { name: jambus, listen: "127.0.0.1:${port}", routes: [${routes}] }`;
      const storeDir = storeDirs[n];
      return startNatsServer({
        ...rest,
        config: `${cluster}\nhttp: "127.0.0.1:${monitoring[n]}"`,
        ...(storeDir === undefined ? {} : { storeDir }),
      });
    }),
  );
  const names = new Map<string, NatsServer>();

  /** A stream that has a copy on each server can be made only when all of them are in the cluster. */
  const isWhole = async (server: NatsServer): Promise<boolean> => {
    const nc = await connect({ port: server.port, timeout: 1_000 });
    try {
      if (nc.info !== undefined) names.set(nc.info.server_name, server);
      const jsm = await nc.jetstreamManager({ timeout: 1_000 });
      await jsm.streams.add({ name: 'whole', subjects: ['whole'], num_replicas: size });
      const { cluster } = await jsm.streams.info('whole');
      return cluster?.replicas?.every(({ current, offline }) => current && offline !== true) === true;
    } catch {
      return false;
    } finally {
      await nc.close();
    }
  };
  const cluster: NatsCluster = {
    servers,
    urls: servers.map(({ url }) => url),
    named(name) {
      const server = names.get(name);
      if (server === undefined) throw new Error(`no server of the cluster is called ${name}`);
      return server;
    },
    async metaLeader() {
      for (const port of monitoring) {
        const answer = await fetch(`http://127.0.0.1:${port}/jsz`).catch(() => undefined);
        if (answer?.ok !== true) continue;
        const { meta_cluster: meta } = (await answer.json()) as { meta_cluster?: { leader?: string } };
        if (meta?.leader !== undefined && names.has(meta.leader)) return cluster.named(meta.leader);
      }
      throw new Error('no server of the cluster leads it now');
    },
    async whole() {
      const until = Date.now() + WHOLE_WITHIN_MS;
      for (const server of servers) {
        while (!(await isWhole(server))) {
          if (Date.now() > until) throw new Error(`the NATS servers have made no cluster in ${WHOLE_WITHIN_MS} ms`);
          await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
        }
      }
    },
    stop: async () => void (await Promise.all(servers.map((server) => server.stop()))),
  };
  await cluster.whole().catch(async (error: unknown) => {
    await cluster.stop();
    throw error;
  });
  return cluster;
}
