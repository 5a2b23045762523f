import type { KafkaMessage } from 'kafkajs';
import { commandRecord } from '../../../../src/drivers/kafka/command-record.ts';
import { teachCodecs } from '../../../../src/drivers/kafka/compression/index.ts';
import { fetchAnswer } from '../../../../src/drivers/kafka/connection/fetch-answer.ts';
import { decodeReadable, unreadableBatch } from '../../../../src/drivers/kafka/connection/readable.ts';
import { WireWriter } from '../../../../src/drivers/kafka/connection/wire.ts';
import { readLogPart } from '../../../../src/drivers/kafka/history/log-records.ts';
import { batchBytes, type Written } from '../support/batch-bytes.ts';

const SOME: readonly Written[] = ['one', 'two', 'three'].map((key) => ({ key, headers: {} }));
const SNAPPY = 2;

/** What a broker answers, version 11, with two partitions. */
function answerOf(records: Buffer, others: Buffer): Buffer {
  const writer = new WireWriter().int32(5).int16(0).int32(0);
  writer.array(['jambonz.commands'], (name) => {
    writer.string(name).array([records, others], (bytes) => {
      writer
        .int32(bytes === records ? 3 : 4)
        .int16(0)
        .int64(100)
        .int64(99)
        .int64(1);
      writer.array([[42, 7] as const], ([producer, offset]) => writer.int64(producer).int64(offset));
      writer.int32(-1).int32(bytes.byteLength).raw(bytes);
    });
  });
  return writer.bytes();
}

function spoilt(base: number): Buffer {
  const batch = batchBytes(base, SOME, SNAPPY);
  batch.fill(0xff, 77);
  return batch;
}

/** As the client does: throws at the first batch that cannot be read. */
const decode = async (raw: Buffer) =>
  fetchAnswer(raw, 11).topics.flatMap(({ partitions }) =>
    partitions.map(({ partition, errorCode, records }) => {
      const { records: found, next } = readLogPart(records);
      if (records.includes(Buffer.alloc(50, 0xff)) && !records.includes('jambus-unreadable'))
        throw new Error('Invalid input');
      return { partition, errorCode, next, found };
    }),
  );

type Decoded = Awaited<ReturnType<typeof decode>>;

beforeAll(teachCodecs);

test('an answer that can be read is read once', async () => {
  let times = 0;
  const decoding = async (raw: Buffer) => {
    times++;
    return decode(raw);
  };
  await decodeReadable(decoding, 11)(answerOf(batchBytes(10, SOME), Buffer.alloc(0)));
  expect(times).toBe(1);
});

test('one record stands for a batch that cannot be read, at its last offset, and what is around it is read', async () => {
  const records = Buffer.concat([batchBytes(10, SOME), spoilt(13), batchBytes(16, SOME), spoilt(19).subarray(0, -3)]);
  const raw = answerOf(records, batchBytes(70, SOME, SNAPPY));
  const [first, second] = (await decodeReadable(decode, 11)(raw)) as Decoded;
  expect(first?.found.map(({ offset, key }) => [offset, key])).toEqual([
    [10, 'one'],
    [11, 'two'],
    [12, 'three'],
    [15, undefined],
    [16, 'one'],
    [17, 'two'],
    [18, 'three'],
  ]);
  expect([first?.partition, first?.next, second?.partition, second?.next]).toEqual([3, 19, 4, 73]);
  const header = first?.found[3]?.header('jambus-unreadable');
  expect(header).toMatch(/the batch with the records 13 to 15 cannot be read: Invalid input/);
});

test('what is wrong with an answer and with none of its batches is an error', async () => {
  const broken = async () => Promise.reject(new Error('no answer'));
  await expect(decodeReadable(broken, 11)(answerOf(Buffer.alloc(0), Buffer.alloc(0)))).rejects.toThrow('no answer');
});

test('its record goes to the dead letters with the bytes of the batch; one that somebody has sent does not count', async () => {
  const raw = answerOf(spoilt(13), Buffer.alloc(0));
  const [first] = (await decodeReadable(decode, 11)(raw)) as Decoded;
  const header = first?.found[0]?.header('jambus-unreadable') ?? '';
  const message = (text: string) =>
    ({
      key: null,
      value: spoilt(13),
      timestamp: '1',
      offset: '15',
      headers: { 'jambus-unreadable': Buffer.from(text) },
    }) as unknown as KafkaMessage;
  const record = commandRecord(message(header), { log: 'log/0', freshFrom: 0 });
  expect(record).toMatchObject({ callSid: undefined, position: 'log/0/15', payload: new Uint8Array(spoilt(13)) });
  expect(record.unreadable).toMatch(/^the batch with the records 13 to 15/);
  expect(unreadableBatch(message('the batch of a stranger'))).toBeUndefined();
});
