import type { Broker, Cluster as ClientCluster, Kafka, Message, Producer, ProducerConfig } from 'kafkajs';
import { API, type Exchange, encoded } from '../exchange.ts';
import { isObject } from '../is-object.ts';
import { onMadeCluster } from '../made-clusters.ts';
import { messageOf, type OutgoingRecord } from '../outgoing-record.ts';
import { GrowingBytes } from './growing-bytes.ts';
import { PRODUCE_VERSIONS, type ProduceOptions, produceBytes } from './produce-bytes.ts';

/** A producer of the client, and how it takes records. */
export interface RecordProducer {
  readonly producer: Producer;
  /** What the producer takes for a record. */
  messageOf(record: OutgoingRecord): Message;
}

/** What the client has in hand for a record: as much as it looks at before the record is written. */
interface RecordMessage extends Message {
  readonly record: OutgoingRecord;
}

/**
 * A producer of the client whose records are written by `produceBytes`, instead of an object for each of their parts. All
 * else is the client's: where records go, their numbers, what is tried again. Where it is built otherwise than version 2.2.4,
 * or a broker is too old, it writes them itself.
 */
export function recordProducer(kafka: Kafka, config: ProducerConfig): RecordProducer {
  const { producer, cluster } = producerWithCluster(kafka, config);
  if (cluster === undefined) return { producer, messageOf };
  const tapped = new WeakSet<Broker>();
  const { findBroker } = cluster;
  cluster.findBroker = async (node) => {
    const broker = await findBroker.call(cluster, node);
    if (!tapped.has(broker)) {
      tapped.add(broker);
      tapProduce(broker);
    }
    return broker;
  };
  return { producer, messageOf: lightMessageOf };
}

function lightMessageOf(record: OutgoingRecord): RecordMessage {
  const { key, payload } = record;
  return { key: key === '' ? null : key, value: payload as Buffer, record };
}

/** The client does not show the cluster of a producer. */
function producerWithCluster(
  kafka: Kafka,
  config: ProducerConfig,
): { readonly producer: Producer; readonly cluster: ClientCluster | undefined } {
  let cluster: ClientCluster | undefined;
  const endShowing = onMadeCluster(kafka, (made) => {
    cluster = made;
  });
  const producer = kafka.producer(config);
  endShowing?.();
  return { producer, cluster };
}

/** How the client looks up the form of a request that a broker knows, and makes one. */
type LookUp = (apiKey: number, definition: unknown) => (options: unknown) => Exchange;

function tapProduce(broker: Broker): void {
  const produce: unknown = Reflect.get(broker, 'produce');
  if (typeof produce !== 'function') throw new TypeError('this version of kafkajs produces otherwise');
  // The client sends a broker one such request at a time.
  const out = new GrowingBytes();
  const lookUp: LookUp = (apiKey, definition) => {
    const client = Reflect.get(broker, 'lookupRequest') as LookUp;
    const make = client.call(broker, apiKey, definition);
    return apiKey === API.produce ? (options) => recordsExchange(make, options, out) : make;
  };
  // The same broker in all but how it looks up requests, which it does each time.
  const seen: object = Object.create(broker, { lookupRequest: { value: lookUp } });
  Reflect.set(broker, 'produce', (options: unknown) => Reflect.apply(produce, seen, [options]));
}

function recordsExchange(make: (options: unknown) => Exchange, options: unknown, out: GrowingBytes): Exchange {
  if (!hasRecords(options)) throw new TypeError('this version of kafkajs produces otherwise');
  const exchange = make(options);
  const { apiVersion } = exchange.request;
  if (!isWhole(options) || apiVersion < PRODUCE_VERSIONS.from || apiVersion > PRODUCE_VERSIONS.to) {
    return make(asTheClients(options));
  }
  const encode = async () => encoded(produceBytes(out, options));
  return { ...exchange, request: { ...exchange.request, encode } };
}

/** With messages as the client takes them. */
function asTheClients(options: WithRecords): object {
  const topicData = options.topicData.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map((data) => ({ ...data, messages: data.messages.map(({ record }) => messageOf(record)) })),
  }));
  return { ...options, topicData };
}

type WithRecords = Pick<ProduceOptions, 'topicData'>;

function hasRecords(options: unknown): options is WithRecords {
  return isObject(options) && hasOnly(options['topicData'], (topic) => hasOnly(topic['partitions'], isOfRecords));
}

function isOfRecords({ partition, messages }: Fields): boolean {
  return typeof partition === 'number' && hasOnly(messages, ({ record }) => isObject(record));
}

/** Whether all else is there as well, and nothing that is not written. */
function isWhole(options: WithRecords & Fields): options is ProduceOptions & Fields {
  const { acks, timeout, compression, producerId, producerEpoch, transactionalId = null } = options;
  const { topicData } = options as Fields;
  return (
    [acks, timeout, compression, producerEpoch].every((value) => typeof value === 'number') &&
    typeof producerId === 'string' &&
    transactionalId === null &&
    hasOnly(topicData, ({ topic, partitions }) => typeof topic === 'string' && hasOnly(partitions, isNumbered))
  );
}

function isNumbered({ firstSequence }: Fields): boolean {
  return typeof firstSequence === 'number';
}

type Fields = Readonly<Record<string, unknown>>;

function hasOnly(items: unknown, is: (item: Fields) => boolean): boolean {
  return Array.isArray(items) && items.every((item: unknown) => isObject(item) && is(item));
}
