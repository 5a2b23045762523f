import { createRequire } from 'node:module';
import fc from 'fast-check';
import kafkajs from 'kafkajs';
import { crc32c } from '../../../../../src/drivers/kafka/connection/produce/crc32c.ts';
import { notingPartitioner } from '../../../../../src/drivers/kafka/connection/produce/partitioner.ts';

const require = createRequire(import.meta.url);
const clientCrc32c = require('kafkajs/src/protocol/recordBatch/crc32C') as (bytes: Uint8Array) => number;

const partitions = (count: number) =>
  Array.from({ length: count }, (_, partitionId) => ({
    partitionId,
    partitionErrorCode: 0,
    leader: 1,
    replicas: [1],
    isr: [1],
  }));

test('a key goes to the partition that every other client sends it to', () => {
  const clients = kafkajs.Partitioners.DefaultPartitioner();
  const noted: number[] = [];
  const ours = notingPartitioner((_, partition) => noted.push(partition));
  const key = fc.oneof(fc.string({ unit: 'binary' }), fc.uuid());
  fc.assert(
    fc.property(key, fc.integer({ min: 1, max: 200 }), (text, count) => {
      const args = {
        topic: 't',
        partitionMetadata: partitions(count),
        message: { key: text, value: '' },
      };
      const partition = ours(args);
      expect(partition).toBe(clients(args));
      expect(noted.at(-1)).toBe(partition);
    }),
    { numRuns: 1_000 },
  );
});

test('records without a key go to all partitions', () => {
  const ours = notingPartitioner(() => {});
  const args = { topic: 't', partitionMetadata: partitions(3), message: { key: null, value: '' } };
  expect(new Set([ours(args), ours(args), ours(args)]).size).toBe(3);
});

test('the checksum of any bytes is that of the client', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat({ max: 8 }), (bytes, from) => {
      const part = bytes.subarray(from);
      expect(crc32c(part)).toBe(clientCrc32c(part));
    }),
  );
});
