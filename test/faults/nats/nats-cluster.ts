import { setTimeout as delay } from 'node:timers/promises';
import { type NatsCluster, type NatsServer, startNatsCluster } from '../../brokers/nats/index.ts';
import { mountSmallDisk, type SmallDisk } from '../../brokers/provisioning/small-disk.ts';
import type { FaultyCluster } from '../broker.ts';
import { faultyNats, streamsOf } from './nats-broker.ts';

/** Holds what the runs leave behind, several times. */
const DISK_BYTES = 1024 ** 3;
/** Of each stream; a server sets so much aside. */
const STREAM_BYTES = 64 * 1024 ** 2;
const LOOK_MS = 100;
const REQUEST_MS = 5_000;

/** Three servers that all runs use, one of them on a small disk. */
export interface NatsClusterForFaults {
  /** Streams of their own on it, with a copy on each server. */
  broker(): Promise<FaultyCluster>;
  stop(): Promise<void>;
}

export async function startNatsClusterForFaults(): Promise<NatsClusterForFaults> {
  const disk = await mountSmallDisk(DISK_BYTES);
  const cluster = await startNatsCluster(3, { version: 'newest', storeDirs: [undefined, undefined, disk?.folder] });
  return {
    broker: () => brokerOn(cluster, disk),
    async stop() {
      await cluster.stop();
      await disk?.remove();
    },
  };
}

async function brokerOn(cluster: NatsCluster, disk: SmallDisk | undefined): Promise<FaultyCluster> {
  const { servers, urls } = cluster;
  const [first, , third] = servers as [NatsServer, NatsServer, NatsServer];
  const { nc, close, ...broker } = await faultyNats({
    version: `${first.version}, three servers`,
    urls,
    replicas: 3,
    kill: async () => void (await Promise.all(servers.map((server) => server.kill()))),
    restart: async () => void (await Promise.all(servers.map((server) => server.restart()))),
    // The next run uses them, too.
    stop: async () => {},
  });
  const prefix = broker.settings['JAMBUS_PREFIX'] ?? '';
  const jsm = await nc.jetstreamManager({ timeout: REQUEST_MS });
  const leader = async (): Promise<NatsServer> => {
    const { cluster: copies } = await jsm.streams.info(`${prefix}-commands`);
    return cluster.named(copies?.leader ?? '');
  };
  return {
    ...broker,
    // They are told of one server, and hear of the others from that.
    settings: { ...broker.settings, JAMBUS_NATS_URL: first.url, JAMBUS_NATS_MAX_BYTES: String(STREAM_BYTES) },
    nodes: servers,
    small: disk && { node: third, disk },
    leader,
    controller: () => cluster.metaLeader(),
    clientsNode: async () => first,
    async transferLeaders() {
      for (const name of await streamsOf(nc, prefix)) {
        // One that has no leader now gets one anyway.
        await nc.request(`$JS.API.STREAM.LEADER.STEPDOWN.${name}`, '', { timeout: REQUEST_MS }).catch(() => undefined);
      }
    },
    async close() {
      for (const name of await streamsOf(nc, prefix)) await jsm.streams.delete(name);
      await close();
    },
    async whole() {
      await cluster.whole();
      for (const name of await streamsOf(nc, prefix)) while (!(await isWhole(name))) await delay(LOOK_MS);
    },
  };

  async function isWhole(stream: string): Promise<boolean> {
    const info = await jsm.streams.info(stream).catch(() => undefined);
    const copies = info?.cluster?.replicas ?? [];
    return copies.length === servers.length - 1 && copies.every(({ current, offline }) => current && offline !== true);
  }
}
