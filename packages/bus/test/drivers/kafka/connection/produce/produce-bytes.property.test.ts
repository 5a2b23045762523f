import { createRequire } from 'node:module';
import fc from 'fast-check';
import { teachCodecs } from '../../../../../src/drivers/kafka/compression/index.ts';
import { messageOf } from '../../../../../src/drivers/kafka/connection/outgoing-record.ts';
import { GrowingBytes } from '../../../../../src/drivers/kafka/connection/produce/growing-bytes.ts';
import {
  type ProduceOptions,
  produceBytes,
} from '../../../../../src/drivers/kafka/connection/produce/produce-bytes.ts';
import { outgoingRecord } from '../../support/outgoing-records.ts';

const require = createRequire(import.meta.url);
const clientRequest = require('kafkajs/src/protocol/requests/produce/v7/request') as (options: object) => {
  encode(): Promise<{ readonly buffer: Buffer }>;
};
const Decoder = require('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => object;
const decodeBatch = require('kafkajs/src/protocol/recordBatch/v0/decoder') as (decoder: object) => Promise<{
  readonly records: readonly { readonly key: Buffer | null; readonly value: Buffer; readonly headers: object }[];
}>;

const topicData = fc
  .uniqueArray(fc.string({ minLength: 1, maxLength: 30 }), { minLength: 1, maxLength: 3 })
  .chain((topics) =>
    fc.tuple(
      ...topics.map((topic) =>
        fc.record({
          topic: fc.constant(topic),
          partitions: fc.array(
            fc.record({
              partition: fc.nat(),
              firstSequence: fc.nat(),
              messages: fc.array(
                outgoingRecord(topic).map((record) => ({ record })),
                { minLength: 1, maxLength: 80 },
              ),
            }),
            { minLength: 1, maxLength: 3 },
          ),
        }),
      ),
    ),
  );

const produceOptions: fc.Arbitrary<ProduceOptions> = fc.record({
  acks: fc.constantFrom(-1, 1),
  timeout: fc.nat(),
  compression: fc.integer({ min: 0, max: 4 }),
  producerId: fc.bigInt({ min: -1n, max: 2n ** 63n - 1n }).map(String),
  producerEpoch: fc.integer({ min: 0, max: 32_767 }),
  topicData,
});

/** As the client would have them, each record made a message of its own. */
const asTheClients = (options: ProduceOptions) => ({
  ...options,
  topicData: options.topicData.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map((data) => ({ ...data, messages: data.messages.map(({ record }) => messageOf(record)) })),
  })),
});

beforeAll(teachCodecs);
const { now } = Date;
beforeEach(() => {
  Date.now = () => 1_800_000_000_123;
});
afterEach(() => {
  Date.now = now;
});

test('a request is byte for byte what the client makes of the same records, also in a buffer that was used before', async () => {
  const out = new GrowingBytes();
  await fc.assert(
    fc.asyncProperty(produceOptions, async (options) => {
      const { buffer } = await clientRequest(asTheClients(options)).encode();
      expect(produceBytes(out, options).equals(buffer)).toBe(true);
    }),
  );
}, 60_000);

test('the client reads from it what went in', async () => {
  const records = fc.array(outgoingRecord('t'), { minLength: 1, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(records, fc.integer({ min: 0, max: 4 }), async (sent, compression) => {
      const messages = sent.map((record) => ({ record }));
      const partitions = [{ partition: 0, firstSequence: 0, messages }];
      const how = { acks: -1, timeout: 1, compression, producerId: '1', producerEpoch: 0 };
      const request = produceBytes(new GrowingBytes(), { ...how, topicData: [{ topic: 't', partitions }] });
      // Transaction, acks, timeout, one topic, its name, one partition, its number, size of the batch.
      const batch = request.subarray(2 + 2 + 4 + 4 + 3 + 4 + 4 + 4);
      const read = await decodeBatch(new Decoder(batch));
      expect(read.records.map(({ key, value, headers }) => [key, value, headers])).toEqual(
        sent.map((record) => {
          const { key, value, headers } = messageOf(record);
          const bytes = Object.entries(headers ?? {}).map(([name, text]) => [name, Buffer.from(String(text))]);
          return [key === null ? null : Buffer.from(String(key)), value, Object.fromEntries(bytes)];
        }),
      );
    }),
  );
}, 60_000);
