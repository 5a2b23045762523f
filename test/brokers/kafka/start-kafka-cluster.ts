import { randomBytes } from 'node:crypto';
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

/**
 * Starts three brokers on this machine, which copy everything to each other.
 *
 * @throws Error when they do not become a cluster in a minute
 */
export async function startKafkaCluster(
  options: Pick<KafkaBrokerOptions, 'version' | 'properties'> = {},
): Promise<KafkaCluster> {
  const controllers = await Promise.all([1, 2, 3].map(async (nodeId) => ({ nodeId, port: await freePort() })));
  const voters = controllers.map(({ nodeId, port }) => `${nodeId}@127.0.0.1:${port}`).join(',');
  const clusterId = randomBytes(16).toString('base64url');
  const properties = { ...COPIES, ...options.properties };
  const members = await Promise.all(
    controllers.map(({ nodeId, port }) =>
      startKafkaBroker({ ...options, properties, member: { nodeId, clusterId, controllerPort: port, voters } }),
    ),
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
