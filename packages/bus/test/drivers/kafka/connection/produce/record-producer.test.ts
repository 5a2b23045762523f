import { createRequire } from 'node:module';
import kafkajs, { type Broker, type Kafka, type Message } from 'kafkajs';
import type { Exchange } from '../../../../../src/drivers/kafka/connection/exchange.ts';
import { messageOf, type OutgoingRecord } from '../../../../../src/drivers/kafka/connection/outgoing-record.ts';
import { recordProducer } from '../../../../../src/drivers/kafka/connection/produce/record-producer.ts';

const require = createRequire(import.meta.url);
const BrokerOfClient = require('kafkajs/src/broker') as new (options: object) => Broker & { lookupRequest: unknown };
const { lookup } = require('kafkajs/src/protocol/requests') as { lookup: (versions: object) => unknown };

const CREATE_CLUSTER = 'private:Kafka:createCluster';
const record: OutgoingRecord = {
  topic: 'jambonz.events',
  key: 'call-1',
  attributes: { id: '1', type: 'jambonz.verb.status' },
  hasPartitionKey: true,
  payload: Buffer.from('{"a":1}'),
};
const logger = { namespace: () => logger, debug: () => {} };

/** A broker of the client that knows produce requests up to this version; what it is asked is not sent anywhere. */
async function brokerKnowing(maxVersion: number) {
  const asked: Exchange[] = [];
  const connectionPool = { host: 'broker', port: 9092, send: async (exchange: Exchange) => void asked.push(exchange) };
  const broker = new BrokerOfClient({ connectionPool, logger });
  broker.lookupRequest = lookup({ 0: { minVersion: 0, maxVersion } });
  const create = Symbol(CREATE_CLUSTER);
  const kafka = {
    [create]: () => ({ findBroker: async () => broker }),
    producer() {
      this.cluster = this[create]();
      return {};
    },
    cluster: undefined as undefined | { findBroker(): Promise<Broker> },
  };
  const { messageOf: made } = recordProducer(kafka as unknown as Kafka, {});
  const found = await kafka.cluster?.findBroker();
  if (found === undefined) throw new Error('the producer has no cluster');
  await kafka.cluster?.findBroker();
  const produce = async (options: object, message: Message): Promise<Buffer> => {
    const partitions = [{ partition: 3, firstSequence: 4, messages: [message] }];
    await Reflect.apply(found.produce, found, [{ ...options, topicData: [{ topic: record.topic, partitions }] }]);
    const encoded = await asked.at(-1)?.request.encode();
    return encoded?.buffer ?? Buffer.alloc(0);
  };
  return { produce, made, asked };
}

const OPTIONS = { acks: -1, timeout: 5_000, compression: 0, producerId: '7', producerEpoch: 1 };

const { now } = Date;
beforeEach(() => {
  Date.now = () => 1_800_000_000_123;
});
afterEach(() => {
  Date.now = now;
});

/** What the client writes by itself. */
async function clientBytes(maxVersion: number, options: object): Promise<Buffer> {
  const sent: Exchange[] = [];
  const connectionPool = { host: 'broker', port: 9092, send: async (exchange: Exchange) => void sent.push(exchange) };
  const broker = new BrokerOfClient({ connectionPool, logger });
  broker.lookupRequest = lookup({ 0: { minVersion: 0, maxVersion } });
  const partitions = [{ partition: 3, firstSequence: 4, messages: [messageOf(record)] }];
  await Reflect.apply(broker.produce, broker, [{ ...options, topicData: [{ topic: record.topic, partitions }] }]);
  return (await sent[0]?.request.encode())?.buffer ?? Buffer.alloc(0);
}

test('the client that is pinned writes records by bytes', () => {
  const kafka = new kafkajs.Kafka({ brokers: ['localhost:1'], logLevel: kafkajs.logLevel.NOTHING });
  const { producer, messageOf: made } = recordProducer(kafka, {
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  expect(producer.isIdempotent()).toBe(false);
  expect(made(record)).not.toHaveProperty('headers');
  // The next one is made as ever.
  expect(kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner }).isIdempotent()).toBe(false);
});

test.each([3, 5, 7, 12])('a broker that knows version %d gets what the client would write', async (version) => {
  const { produce, made, asked } = await brokerKnowing(version);
  const bytes = await produce(OPTIONS, made(record));
  expect(bytes.equals(await clientBytes(version, OPTIONS))).toBe(true);
  expect(asked[0]?.request).toMatchObject({ apiKey: 0, apiVersion: Math.min(version, 7), apiName: 'Produce' });
});

test.each([
  ['a broker that is too old', 2, OPTIONS],
  ['what this does not write', 7, { ...OPTIONS, transactionalId: 'a-transaction' }],
  ['a producer without an id', 7, { acks: -1, timeout: 5_000, compression: 0 }],
])('%s gets whole records all the same, from the client', async (_, version, options) => {
  const { produce, made } = await brokerKnowing(version);
  const bytes = await produce(options, made(record));
  expect(bytes.equals(await clientBytes(version, options))).toBe(true);
});

test('a client that is built otherwise gets whole records', () => {
  const { messageOf: made } = recordProducer({ producer: () => ({}) } as unknown as Kafka, {});
  expect(made(record)).toEqual(messageOf(record));
  const key = Symbol(CREATE_CLUSTER);
  const kafka = { [key]: () => ({}), producer: () => ({}) };
  expect(recordProducer(kafka as unknown as Kafka, {}).messageOf(record)).toEqual(messageOf(record));
});

test('messages that are no records of ours are not sent half', async () => {
  const { produce } = await brokerKnowing(7);
  await expect(produce(OPTIONS, { key: 'a', value: 'b' })).rejects.toThrow(
    'this version of kafkajs produces otherwise',
  );
});
