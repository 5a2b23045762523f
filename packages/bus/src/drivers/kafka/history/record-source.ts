import { JambusError } from '@jambus/schema';
import kafkajs, { type Broker, type Cluster as ClientCluster, type PartitionMetadata } from 'kafkajs';
import { clientClusterOf } from '../connection/client-cluster.ts';
import { CLIENT_RETRIES, type Cluster, type KafkaClient } from '../connection/cluster.ts';
import { fetchBytes } from './fetch-bytes.ts';
import { limited } from './limited.ts';
import { type LogPart, readLogPart } from './log-records.ts';

/** Offsets of what a partition has: the first record, and the one to come. */
export interface Ends {
  readonly low: number;
  readonly high: number;
}

/** Some of the records that were asked for. */
export interface ReadPart extends Pick<LogPart, 'records' | 'newestMs'> {
  /** What it took to read them. */
  readonly bytes: number;
}

/** Reads parts of topics by their offsets, in no group. Each method throws what the client throws. */
export interface RecordSource {
  /** The partition that records of this key go to. */
  partitionOf(topic: string, key: string): Promise<number>;
  ends(topic: string, partition: number): Promise<Ends>;
  /** Records from one offset to before another, as they come. */
  read(topic: string, partition: number, from: number, to: number): AsyncIterable<ReadPart>;
  /** Ends everything that it still tries. */
  end(): void;
}

/** Most bytes of one answer. */
const FETCH_BYTES = 1024 * 1024;
const LEAST_FETCH_BYTES = 64 * 1024;
/** Answers that are read at a time: each is decoded in one go, and held in memory. */
const AT_A_TIME = 4;
/** Records differ in size, and one more request costs more than some more bytes. */
const SOME_MORE = 1.1;
const METADATA_AGE_MS = 10_000;

export function createRecordSource(cluster: Cluster): RecordSource {
  const client = cluster.newClient();
  const brokers = clientClusterOf(client.kafka, { retry: CLIENT_RETRIES, metadataMaxAge: METADATA_AGE_MS });
  return recordSourceBy(client, brokers);
}

function recordSourceBy(client: KafkaClient, brokers: ClientCluster): RecordSource {
  const choose = kafkajs.Partitioners.DefaultPartitioner();
  const inTurn = limited(AT_A_TIME);
  let connected: Promise<void> | undefined;
  const known = new Map<string, { readonly until: number; readonly partitions: Promise<PartitionMetadata[]> }>();

  const lookAt = async (topic: string): Promise<PartitionMetadata[]> => {
    connected ??= brokers.connect();
    await connected;
    await brokers.addTargetTopic(topic);
    await brokers.refreshMetadataIfNecessary();
    const partitions = brokers.findTopicPartitionMetadata(topic);
    if (partitions.length === 0) throw new JambusError('bus_unavailable', `topic ${topic} has no partitions yet`);
    return partitions;
  };
  const partitionsOf = (topic: string): Promise<PartitionMetadata[]> => {
    const found = known.get(topic);
    if (found !== undefined && performance.now() < found.until) return found.partitions;
    const partitions = lookAt(topic);
    known.set(topic, { until: performance.now() + METADATA_AGE_MS, partitions });
    return partitions;
  };
  const endOf = async (topic: string, partition: number, fromBeginning: boolean): Promise<number> => {
    const [found] = await brokers.fetchTopicsOffset([{ topic, partitions: [{ partition }], fromBeginning }]);
    return Number(found?.partitions[0]?.offset);
  };
  const leaderOf = async (topic: string, partition: number): Promise<Broker> => {
    const [nodeId] = Object.keys(brokers.findLeaderForPartitions(topic, [partition]));
    if (nodeId === undefined) throw new JambusError('bus_unavailable', `${topic}/${partition} has no leader`);
    return brokers.findBroker({ nodeId });
  };

  return {
    partitionOf: async (topic, key) => {
      const partitionMetadata = await partitionsOf(topic);
      return choose({ topic, partitionMetadata, message: { key, value: null } });
    },
    ends: async (topic, partition) => {
      await partitionsOf(topic);
      const [low, high] = await Promise.all([endOf(topic, partition, true), endOf(topic, partition, false)]);
      return { low, high };
    },
    async *read(topic, partition, from, to) {
      let recordBytes = FETCH_BYTES;
      for (let next = from; next < to; ) {
        const offset = next;
        const broker = await leaderOf(topic, partition);
        // Not more than is left, as what comes behind it has been read.
        const maxBytes = Math.min(FETCH_BYTES, Math.max(LEAST_FETCH_BYTES, Math.ceil((to - next) * recordBytes)));
        const part = await inTurn(async () => {
          const bytes = await fetchBytes(broker, { topic, partition, offset, maxBytes });
          return { ...readLogPart(bytes), bytes: bytes.byteLength };
        });
        // What is left are no records for readers.
        if (part.next === undefined) return;
        recordBytes = (part.bytes / Math.max(1, part.next - offset)) * SOME_MORE;
        next = part.next;
        yield { ...part, records: part.records.filter((record) => record.offset >= offset && record.offset < to) };
      }
    },
    end: () => client.end(),
  };
}
