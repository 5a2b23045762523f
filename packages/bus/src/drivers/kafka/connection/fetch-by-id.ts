import { type Exchange, encoded } from './exchange.ts';
import { UUID_BYTES, WireReader, WireWriter } from './wire.ts';

/** The one topic that a client reads. */
export interface TopicRead {
  readonly topic: string;
  readonly id: Buffer;
}

/** What a broker has just said about a partition. */
export interface FetchedFrom {
  /** The id by which it was asked for. */
  readonly id: Buffer;
  readonly partition: number;
  /** Offset of the record to come, as far as readers may see. */
  readonly highWatermark: number;
}

/** The newest version of a fetch that the client speaks. */
export const FETCH_BY_NAME = 11;
/** The first version in which topics go by their id (brokers since 3.1). */
export const FETCH_BY_ID = 13;

const UNKNOWN_TOPIC_OR_PARTITION = 3;
const UNKNOWN_TOPIC_ID = 100;
const INCONSISTENT_TOPIC_ID = 103;

/**
 * The client's fetch, which names its topics, as one that asks for them by id: what is fetched cannot come from a topic that
 * was made anew under the name. Nothing else changes; the client reads the answer as that to its own question. A topic that
 * is gone is to it an unknown one, so that it looks for it again.
 *
 * @param onFetched told of each partition in an answer
 */
export function fetchById(byName: Exchange, read: TopicRead, onFetched: (from: FetchedFrom) => void): Exchange {
  const { request, response } = byName;
  return {
    ...byName,
    request: {
      ...request,
      apiVersion: FETCH_BY_ID,
      encode: async () => encoded(requestById((await request.encode()).buffer, read.id)),
    },
    response: { ...response, decode: (raw) => response.decode(answerByName(raw, read, onFetched)) },
  };
}

/** Version 11 of the request as version 13. The first byte belongs to the header, whose older form is without it. */
export function requestById(byName: Buffer, id: Buffer): Buffer {
  const reader = new WireReader(byName);
  const writer = new WireWriter().noTags();
  writer.raw(reader.take(4 + 4 + 4 + 4 + 1 + 4 + 4)); // replica, limits, isolation, session
  const topics = reader.array(() => {
    reader.string();
    return reader.array(() => ({ upToOffset: reader.take(4 + 4 + 8), rest: reader.take(8 + 4) }));
  });
  writer.compactArray(topics, (partitions) => {
    writer.raw(id).compactArray(partitions, ({ upToOffset, rest }) => {
      const lastFetchedEpoch = -1;
      writer.raw(upToOffset).int32(lastFetchedEpoch).raw(rest).noTags();
    });
    writer.noTags();
  });
  reader.array(() => undefined); // the client forgets no topics, as it keeps no session
  writer.compactArray([], () => {});
  return writer.compactString(reader.string()).noTags().bytes();
}

/** Version 13 of the answer as version 11. */
export function answerByName(byId: Buffer, read: TopicRead, onFetched: (from: FetchedFrom) => void): Buffer {
  const reader = new WireReader(byId);
  reader.skipTags();
  const writer = new WireWriter().raw(reader.take(4 + 2 + 4)); // throttled for, error, session
  const topics = reader.compactArray(() => {
    reader.take(UUID_BYTES);
    const partitions = reader.compactArray(() => partitionByName(reader, read.id, onFetched));
    reader.skipTags();
    return partitions;
  });
  writer.array(topics, (partitions) => {
    writer.string(read.topic).array(partitions, (partition) => {
      for (const bytes of partition) writer.raw(bytes);
    });
  });
  return writer.bytes();
}

function partitionByName(reader: WireReader, id: Buffer, onFetched: (from: FetchedFrom) => void): Buffer[] {
  const partition = reader.int32();
  const errorCode = reader.int16();
  const offsets = reader.take(8 + 8 + 8); // high watermark, last stable offset, begin of the log
  const head = new WireWriter().int32(partition).int16(codeByName(errorCode)).raw(offsets);
  const aborted = reader.compactArray(() => {
    const transaction = reader.take(8 + 8);
    reader.skipTags();
    return transaction;
  });
  head.array(aborted, (transaction) => head.raw(transaction)).raw(reader.take(4)); // preferred replica
  const records = reader.compactBytes() ?? Buffer.alloc(0);
  reader.skipTags();
  if (errorCode === 0) onFetched({ id, partition, highWatermark: Number(offsets.readBigInt64BE()) });
  return [head.int32(records.byteLength).bytes(), records];
}

function codeByName(code: number): number {
  return code === UNKNOWN_TOPIC_ID || code === INCONSISTENT_TOPIC_ID ? UNKNOWN_TOPIC_OR_PARTITION : code;
}
