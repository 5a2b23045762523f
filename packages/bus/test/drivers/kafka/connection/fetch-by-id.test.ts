import { answerByName, type FetchedFrom, requestById } from '../../../../src/drivers/kafka/connection/fetch-by-id.ts';
import { metadataAnswer, metadataRequest } from '../../../../src/drivers/kafka/connection/topic-id.ts';
import { WireReader, WireWriter } from '../../../../src/drivers/kafka/connection/wire.ts';

const ID = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
const READ = { topic: 'jambonz.commands', id: ID };

/** What the client writes, version 11, for two partitions. */
function requestByName(): Buffer {
  const writer = new WireWriter().int32(-1).int32(100).int32(1).int32(1_048_576).int8(1).int32(0).int32(-1);
  writer.array([READ.topic], (name) => {
    writer.string(name).array([3, 300], (partition) => {
      writer.int32(partition).int32(-1).int64(77).int64(-1).int32(262_144);
    });
  });
  return writer
    .array([], () => {})
    .string('rack')
    .bytes();
}

/** What a broker answers in version 13, with a field of a later version in each partition. */
function answerById(errorCode: number, records: Buffer): Buffer {
  const writer = new WireWriter().noTags().int32(5).int16(0).int32(0);
  writer.compactArray([ID], (id) => {
    writer.raw(id).compactArray([3], (partition) => {
      writer.int32(partition).int16(errorCode).int64(100).int64(99).int64(1);
      writer.compactArray([[42, 7] as const], ([producer, offset]) => writer.int64(producer).int64(offset).noTags());
      writer.int32(-1).compactString(records.toString('latin1'));
      writer.int8(1).int8(9).int8(2).int16(0);
    });
    writer.noTags();
  });
  return writer.noTags().bytes();
}

test('a fetch asks for the same of the topic with this id', () => {
  const reader = new WireReader(requestById(requestByName(), ID));
  reader.skipTags();
  expect([reader.int32(), reader.int32(), reader.int32(), reader.int32()]).toEqual([-1, 100, 1, 1_048_576]);
  reader.take(1 + 4 + 4);
  const topics = reader.compactArray(() => {
    const id = reader.take(16);
    const partitions = reader.compactArray(() => {
      const partition = reader.int32();
      const [epoch, offset, lastEpoch, begin, bytes] = [
        reader.int32(),
        reader.int64(),
        reader.int32(),
        reader.int64(),
        reader.int32(),
      ];
      reader.skipTags();
      return { partition, epoch, offset, lastEpoch, begin, bytes };
    });
    reader.skipTags();
    return { id: id.toString('hex'), partitions };
  });
  const rest = { epoch: -1, offset: 77, lastEpoch: -1, begin: -1, bytes: 262_144 };
  expect(topics).toEqual([
    {
      id: ID.toString('hex'),
      partitions: [
        { partition: 3, ...rest },
        { partition: 300, ...rest },
      ],
    },
  ]);
  expect(reader.compactArray(() => 0)).toEqual([]);
  expect(reader.compactString()).toBe('rack');
  reader.skipTags();
  expect(() => reader.take(1)).toThrow(RangeError);
});

/** As the client reads it, version 11. */
function readByName(bytes: Buffer) {
  const reader = new WireReader(bytes);
  const head = [reader.int32(), reader.int16(), reader.int32()];
  const topics = reader.array(() => ({
    topic: reader.string(),
    partitions: reader.array(() => ({
      partition: reader.int32(),
      errorCode: reader.int16(),
      offsets: [reader.int64(), reader.int64(), reader.int64()],
      aborted: reader.array(() => [reader.int64(), reader.int64()]),
      replica: reader.int32(),
      records: reader.take(reader.int32()).toString('latin1'),
    })),
  }));
  return { head, topics };
}

test('its answer is to the client one to its own question, and says how far the partition goes', () => {
  const fetched: FetchedFrom[] = [];
  const records = Buffer.from('r'.repeat(300));
  const answer = answerByName(answerById(0, records), READ, (from) => fetched.push(from));
  expect(readByName(answer)).toEqual({
    head: [5, 0, 0],
    topics: [
      {
        topic: READ.topic,
        partitions: [
          {
            partition: 3,
            errorCode: 0,
            offsets: [100, 99, 1],
            aborted: [[42, 7]],
            replica: -1,
            records: 'r'.repeat(300),
          },
        ],
      },
    ],
  });
  expect(fetched).toEqual([{ id: ID, partition: 3, highWatermark: 100 }]);
});

test.each([100, 103])('a topic that is gone (%d) is to the client one that it has to look for again', (code) => {
  const fetched: FetchedFrom[] = [];
  const answer = answerByName(answerById(code, Buffer.alloc(0)), READ, (from) => fetched.push(from));
  expect(readByName(answer).topics[0]?.partitions[0]?.errorCode).toBe(3);
  expect(fetched).toEqual([]);
});

test('the id of a topic is asked for by its name, and found behind the brokers', () => {
  const asked = new WireReader(metadataRequest(READ.topic));
  asked.skipTags();
  asked.compactArray(() => {
    expect(asked.take(16).equals(Buffer.alloc(16))).toBe(true);
    expect(asked.compactString()).toBe(READ.topic);
    asked.skipTags();
  });
  expect(asked.take(3)).toEqual(Buffer.alloc(3));

  const writer = new WireWriter().noTags().int32(0);
  writer.compactArray(['broker-1', 'broker-2'], (host) => {
    writer.int32(1).compactString(host).int32(9092).compactString('').noTags();
  });
  writer.compactString('cluster').int32(1);
  writer.compactArray([READ.topic], (topic) => {
    writer.int16(0).compactString(topic).raw(ID).int8(0);
    writer.compactArray([0, 1], (partition) => {
      writer.int16(0).int32(partition).int32(1).int32(0);
      for (const nodes of [[1, 2], [1], []]) writer.compactArray(nodes, (node) => writer.int32(node));
      writer.noTags();
    });
    writer.int32(-2147483648).noTags();
  });
  expect(metadataAnswer(writer.noTags().bytes())).toEqual({ errorCode: 0, id: ID });
});
