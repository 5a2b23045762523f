import { createRequire } from 'node:module';
import fc from 'fast-check';
import { compressed, teachCodecs } from '../../../../src/drivers/kafka/compression/index.ts';
import { decodeFetched } from '../../../../src/drivers/kafka/connection/decode-fetched.ts';
import { WireWriter } from '../../../../src/drivers/kafka/connection/wire.ts';

const require = createRequire(import.meta.url);
const client = require('kafkajs/src/protocol/requests/fetch/v11/response') as {
  decode(raw: Buffer): Promise<unknown>;
};
const { RecordBatch } = require('kafkajs/src/protocol/recordBatch/v0') as {
  RecordBatch(options: object): Promise<{ readonly buffer: Buffer }>;
};
const encodeRecord = require('kafkajs/src/protocol/recordBatch/record/v0') as (options: object) => object;

const VERSION = 11;
const OVERHEAD_BYTES = 61;
const LENGTH_END = 12;
const bytes = fc.uint8Array({ maxLength: 200 }).map((data) => Buffer.from(data));
const nullable = fc.option(bytes, { nil: null });
const header = fc.oneof(bytes, fc.array(bytes, { minLength: 2, maxLength: 3 }));
const record = fc.record({
  timestampDelta: fc.oneof(fc.constant(0), fc.integer(), fc.integer({ min: -(2 ** 40), max: 2 ** 40 })),
  key: nullable,
  value: nullable,
  headers: fc.dictionary(fc.oneof(fc.constantFrom('__proto__', 'ce_id'), fc.string()), header, { maxKeys: 5 }),
});
const batch = fc.record({
  firstOffset: fc.nat({ max: 2 ** 31 }),
  records: fc.array(record, { maxLength: 70 }),
  /** By the clock of the broker; in a transaction; a control batch. */
  flags: fc.constantFrom(0, 0, 0, 8, 8, 0x10, 0x20),
  compression: fc.constantFrom(0, 0, 1, 2, 3, 4),
  producerId: fc.integer({ min: -1 }),
  firstTimestamp: fc.nat({ max: 2 ** 31 - 1 }).map((seconds) => seconds * 1_000),
  maxTimestamp: fc.nat({ max: 2 ** 31 - 1 }).map((seconds) => seconds * 1_000),
});

type Batch = typeof batch extends fc.Arbitrary<infer T> ? T : never;

// What the client knows of compressions by itself is gzip.
teachCodecs();

async function batchBytes({ records, flags, compression, ...head }: Batch): Promise<Buffer> {
  const encoded = records.map((fields, offsetDelta) => encodeRecord({ ...fields, offsetDelta }));
  const { buffer } = await RecordBatch({ ...head, lastOffsetDelta: records.length - 1, records: encoded });
  const content = compressed(buffer.subarray(OVERHEAD_BYTES), compression);
  const bytes = Buffer.concat([buffer.subarray(0, OVERHEAD_BYTES), content]);
  bytes.writeInt32BE(bytes.byteLength - LENGTH_END, 8);
  bytes.writeInt16BE(flags | compression, 21);
  return bytes;
}

const partition = fc.record({
  number: fc.nat(),
  errorCode: fc.constantFrom(0, 0, 0, 1, 3),
  offsets: fc.tuple(fc.nat(), fc.nat(), fc.nat()),
  aborted: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 2 }),
  batches: fc.array(batch, { maxLength: 3 }),
  /** Of the last batch, as many bytes are not there. */
  cutOff: fc.oneof(fc.constant(0), fc.nat({ max: 100 })),
});

type Partition = typeof partition extends fc.Arbitrary<infer T> ? T : never;

async function answerBytes(topics: readonly { readonly name: string; readonly partitions: readonly Partition[] }[]) {
  const writer = new WireWriter().int32(0).int16(0).int32(0);
  const logs = new Map<Partition, Buffer>();
  for (const { partitions } of topics) {
    for (const one of partitions) {
      const whole = Buffer.concat(await Promise.all(one.batches.map(batchBytes)));
      logs.set(one, whole.subarray(0, Math.max(0, whole.byteLength - one.cutOff)));
    }
  }
  writer.array(topics, ({ name, partitions }) => {
    writer.string(name).array(partitions, (one) => {
      writer.int32(one.number).int16(one.errorCode);
      for (const offset of one.offsets) writer.int64(offset);
      writer.array(one.aborted, ([producer, first]) => writer.int64(producer).int64(first)).int32(-1);
      const log = logs.get(one) ?? Buffer.alloc(0);
      writer.int32(log.byteLength).raw(log);
    });
  });
  return writer.bytes();
}

const topics = fc.array(
  fc.record({ name: fc.string({ maxLength: 20 }), partitions: fc.array(partition, { maxLength: 3 }) }),
  { maxLength: 2 },
);
const isCommon = ({ flags }: Batch) => (flags & 0x20) === 0;
const CLIENTS = Symbol('left to the client');
const decode = decodeFetched(async () => CLIENTS, VERSION);

test('an answer is what the client makes of it, and it is not asked for what is common', async () => {
  await fc.assert(
    fc.asyncProperty(topics, async (asked) => {
      const raw = await answerBytes(asked);
      const decoded = await decode(raw);
      const partitions = asked.flatMap((topic) => topic.partitions);
      const areCommon = partitions.every(({ batches, cutOff }) => batches.every(isCommon) && cutOff === 0);
      if (areCommon || decoded !== CLIENTS) expect(decoded).toEqual(await client.decode(raw));
    }),
  );
}, 60_000);

test('of bytes that are not as they should be it makes what the client makes of them, or leaves them to it', async () => {
  const changes = fc.array(fc.tuple(fc.nat({ max: 1_000_000 }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(batch.filter(isCommon), changes, async (one, changed) => {
      const fields = { number: 0, errorCode: 0, offsets: [1, 1, 1], aborted: [], batches: [one], cutOff: 0 };
      const raw = await answerBytes([{ name: 't', partitions: [fields as unknown as Partition] }]);
      // Behind the length of the batch, where an answer of a broker could be anything.
      const begin = raw.byteLength - (await batchBytes(one)).byteLength + 12;
      for (const [at, byte] of changed) raw[begin + (at % (raw.byteLength - begin))] = byte;
      const decoded = await decode(raw);
      if (decoded !== CLIENTS) expect(decoded).toEqual(await client.decode(raw));
    }),
    { numRuns: 500 },
  );
}, 60_000);

test('older versions, and what cannot be decompressed, are the client’s', async () => {
  const raw = await answerBytes([]);
  expect(await decodeFetched(async () => CLIENTS, 10)(raw)).toBe(CLIENTS);
  const one = { number: 0, errorCode: 0, offsets: [1, 1, 1], aborted: [], cutOff: 0 };
  const record = { timestampDelta: 0, key: null, value: null, headers: {} };
  // It says that it is compressed by snappy, and is not.
  const broken = { firstOffset: 0, records: [record], flags: 2, producerId: 1, firstTimestamp: 0, maxTimestamp: 0 };
  const partitions = [{ ...one, batches: [{ ...broken, compression: 0 }] } as unknown as Partition];
  expect(await decode(await answerBytes([{ name: 't', partitions }]))).toBe(CLIENTS);
});
