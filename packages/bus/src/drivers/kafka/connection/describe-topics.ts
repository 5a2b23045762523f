import type { Broker } from 'kafkajs';
import { API, connectionsOf, encoded } from './exchange.ts';
import { WireReader, WireWriter } from './wire.ts';

/** What a broker says about topics. */
export interface DescribedTopics {
  /** Brokers that are there now, or away and to have copies. */
  readonly brokers: number;
  readonly topics: readonly DescribedTopic[];
}

export interface DescribedTopic {
  readonly name: string;
  /** 0 when there is none; the partitions are left out otherwise. */
  readonly errorCode: number;
  readonly partitions: readonly DescribedPartition[];
}

export interface DescribedPartition {
  readonly hasLeader: boolean;
  /** Copies that there are to be. */
  readonly replicas: number;
  /** Copies that have everything. */
  readonly inSync: number;
}

/** All brokers since 2.0 take it. */
const VERSION = 6;

/**
 * Asks for some topics at once. The client's own question throws at the first topic that is not there, and does not say
 * which one that is.
 *
 * @throws what the client throws
 */
export async function describeTopics(broker: Broker, names: readonly string[]): Promise<DescribedTopics> {
  let described: DescribedTopics = { brokers: 0, topics: [] };
  await connectionsOf(broker).send({
    request: {
      apiKey: API.metadata,
      apiVersion: VERSION,
      apiName: 'Metadata',
      encode: async () => encoded(requestFor(names)),
    },
    response: {
      decode: async (raw) => {
        described = topicsIn(raw);
        return described;
      },
      parse: async (data) => data,
    },
  });
  return described;
}

function requestFor(names: readonly string[]): Buffer {
  const createTopics = 0;
  const writer = new WireWriter();
  return writer
    .array(names, (name) => writer.string(name))
    .int8(createTopics)
    .bytes();
}

function topicsIn(raw: Buffer): DescribedTopics {
  const reader = new WireReader(raw);
  const brokers = new Set<number>();
  reader.int32(); // throttled for
  reader.array(() => {
    brokers.add(reader.int32());
    reader.string(); // host
    reader.int32(); // port
    reader.nullableString(); // rack
  });
  reader.nullableString(); // cluster
  reader.int32(); // controller
  const topics = reader.array(() => {
    const errorCode = reader.int16();
    const name = reader.string();
    reader.take(1); // internal
    return { name, errorCode, partitions: reader.array(() => partitionIn(reader, brokers)) };
  });
  return { brokers: brokers.size, topics };
}

/** @param brokers gets those that are to have copies */
function partitionIn(reader: WireReader, brokers: Set<number>): DescribedPartition {
  reader.take(2 + 4); // error, partition
  const hasLeader = reader.int32() >= 0;
  const nodes = () => reader.array(() => reader.int32());
  const [replicas, inSync] = [nodes(), nodes()];
  nodes(); // away
  for (const node of replicas) brokers.add(node);
  return { hasLeader, replicas: replicas.length, inSync: inSync.length };
}
