import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../provisioning/free-port.ts';
import { clusterInfo } from './cluster-info.ts';
import { type KafkaBroker, type KafkaBrokerOptions, startKafkaBroker } from './start-kafka-broker.ts';

/** Brokers that make one cluster. */
export interface KafkaCluster {
  /** By their ids, from 1. */
  readonly members: readonly KafkaBroker[];
  /** Of all of them, as `host:port`. */
  readonly brokers: readonly string[];
  /** The broker with this id. @throws Error when there is none */
  member(nodeId: number): KafkaBroker;
  /** The broker that decides which copies lead, as far as the logs say. @throws Error when none has said that it is */
  controller(): Promise<KafkaBroker>;
  /** Resolves when all brokers take part. */
  whole(): Promise<void>;
  stop(): Promise<void>;
}

const WHOLE_WITHIN_MS = 60_000;
const LOOK_AGAIN_MS = 200;

/** What survives any one broker. */
const COPIES = {
  'default.replication.factor': '3',
  'min.insync.replicas': '2',
  'offsets.topic.replication.factor': '3',
  'transaction.state.log.replication.factor': '3',
  'transaction.state.log.min.isr': '2',
};

export interface KafkaClusterOptions extends Pick<KafkaBrokerOptions, 'version' | 'properties'> {
  /** Where the brokers keep their data, by number. They are the caller's and stay; left out: folders that go with them. */
  readonly logDirs?: readonly (string | undefined)[];
}

/** What the controller that leads the others writes; the epoch of the newest is the highest. */
const LEADS = /Becoming the active controller at epoch (\d+)/g;

/**
 * Starts three brokers on this machine, which copy everything to each other.
 *
 * @throws Error when they do not become a cluster in a minute
 */
export async function startKafkaCluster(options: KafkaClusterOptions = {}): Promise<KafkaCluster> {
  const controllers = await Promise.all([1, 2, 3].map(async (nodeId) => ({ nodeId, port: await freePort() })));
  const voters = controllers.map(({ nodeId, port }) => `${nodeId}@127.0.0.1:${port}`).join(',');
  const clusterId = randomBytes(16).toString('base64url');
  const { logDirs = [], ...rest } = options;
  const properties = { ...COPIES, ...rest.properties };
  const members = await Promise.all(
    controllers.map(({ nodeId, port }, n) => {
      const member = { nodeId, clusterId, controllerPort: port, voters };
      const logDir = logDirs[n];
      return startKafkaBroker({ ...rest, properties, member, ...(logDir === undefined ? {} : { logDir }) });
    }),
  );
  const isWhole = (broker: KafkaBroker): Promise<boolean> =>
    clusterInfo(broker.brokers).then(
      ({ brokerIds }) => brokerIds.length === members.length,
      () => false,
    );
  const cluster: KafkaCluster = {
    members,
    brokers: members.flatMap(({ brokers }) => brokers),
    member(nodeId) {
      const found = members[nodeId - 1];
      if (found === undefined) throw new Error(`no broker has the id ${nodeId}`);
      return found;
    },
    async controller() {
      let newest: { readonly member: KafkaBroker; readonly epoch: number } | undefined;
      for (const member of members) {
        const log = await readFile(join(member.folder ?? '', 'kafka.log'), 'utf8');
        const epoch = Math.max(-1, ...[...log.matchAll(LEADS)].map(([, text]) => Number(text)));
        if (epoch > (newest?.epoch ?? -1)) newest = { member, epoch };
      }
      if (newest === undefined) throw new Error('no broker has said that it is the active controller');
      return newest.member;
    },
    async whole() {
      const until = Date.now() + WHOLE_WITHIN_MS;
      for (const member of members) {
        while (!(await isWhole(member))) {
          if (Date.now() > until) throw new Error(`the brokers have made no cluster in ${WHOLE_WITHIN_MS} ms`);
          await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
        }
      }
    },
    stop: async () => void (await Promise.all(members.map((member) => member.stop()))),
  };
  await cluster.whole().catch(async (error: unknown) => {
    await cluster.stop();
    throw error;
  });
  return cluster;
}
