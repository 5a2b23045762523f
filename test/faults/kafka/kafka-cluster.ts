import { setTimeout as delay } from 'node:timers/promises';
import {
  type KafkaBroker,
  type KafkaCluster,
  LEAD_FOLLOWS_ORDER,
  partitionsOf,
  startKafkaCluster,
  transferLeaders,
} from '../../brokers/kafka/index.ts';
import { mountSmallDisk, type SmallDisk } from '../../brokers/provisioning/small-disk.ts';
import type { FaultyCluster } from '../broker.ts';
import { faultyKafka } from './kafka-broker.ts';

/** Holds what the runs leave behind, several times. */
const DISK_BYTES = 2 * 1024 ** 3;
const LOOK_MS = 200;
/** With one partition, its leader coordinates all groups. */
const OFFSETS = '__consumer_offsets';

/** Three brokers that all runs use, one of them on a small disk. */
export interface KafkaClusterForFaults {
  /** Topics of their own on it, with a copy on each broker. */
  broker(): Promise<FaultyCluster>;
  stop(): Promise<void>;
}

export async function startKafkaClusterForFaults(): Promise<KafkaClusterForFaults> {
  const disk = await mountSmallDisk(DISK_BYTES);
  const logDirs = [undefined, undefined, disk?.folder];
  const cluster = await startKafkaCluster({ version: 'newest', properties: LEAD_FOLLOWS_ORDER, logDirs });
  return {
    broker: () => brokerOn(cluster, disk),
    async stop() {
      await cluster.stop();
      await disk?.remove();
    },
  };
}

async function brokerOn(cluster: KafkaCluster, disk: SmallDisk | undefined): Promise<FaultyCluster> {
  const { members, brokers } = cluster;
  const [first, , third] = members as [KafkaBroker, KafkaBroker, KafkaBroker];
  const { admin, probed, ...broker } = await faultyKafka({
    version: `${first.version}, three brokers`,
    brokers,
    replication: 3,
    kill: async () => void (await Promise.all(members.map((member) => member.kill()))),
    restart: async () => void (await Promise.all(members.map((member) => member.restart()))),
    // The next run uses them, too.
    stop: async () => {},
  });
  const prefix = broker.settings['JAMBUS_PREFIX'] ?? '';
  const topics = [...['commands', 'events', 'results', 'deadletters'].map((channel) => `${prefix}.${channel}`), probed];
  const leaderOf = async (topic: string): Promise<KafkaBroker> => {
    const [partition] = (await partitionsOf(admin, [topic])).filter(({ partitionId }) => partitionId === 0);
    return cluster.member(partition?.leader ?? 0);
  };
  return {
    ...broker,
    nodes: members,
    small: disk && { node: third, disk },
    leader: () => leaderOf(`${prefix}.commands`),
    controller: () => cluster.controller(),
    clientsNode: () => leaderOf(OFFSETS),
    transferLeaders: () => transferLeaders(admin, [...topics, OFFSETS]),
    async whole() {
      await cluster.whole();
      while (!(await isWhole())) await delay(LOOK_MS);
    },
  };

  async function isWhole(): Promise<boolean> {
    const partitions = await partitionsOf(admin, [...topics, OFFSETS]).catch(() => []);
    return partitions.length > 0 && partitions.every(({ isr }) => isr.length === members.length);
  }
}
