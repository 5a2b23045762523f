import { WireReader, WireWriter } from './wire.ts';

/** The answer to a fetch, taken apart so far that the records of each partition can be looked at. */
export interface FetchAnswer {
  /** What stands before the topics. */
  readonly head: Buffer;
  readonly topics: readonly { readonly name: string; readonly partitions: readonly FetchedPartition[] }[];
}

export interface FetchedPartition {
  /** What stands before the records. */
  readonly head: Buffer;
  readonly partition: number;
  readonly errorCode: number;
  readonly records: Buffer;
}

/** Takes an answer of version 4 to 11 apart. The parts are views of it. */
export function fetchAnswer(raw: Buffer, version: number): FetchAnswer {
  const reader = new WireReader(raw);
  const head = reader.take(version >= 7 ? 4 + 2 + 4 : 4); // throttled for; error, session
  const topics = reader.array(() => ({
    name: reader.string(),
    partitions: reader.array(() => partitionFrom(reader, version)),
  }));
  return { head, topics };
}

/** Puts it together again. */
export function fetchAnswerBytes({ head, topics }: FetchAnswer): Buffer {
  const writer = new WireWriter().raw(head);
  writer.array(topics, ({ name, partitions }) => {
    writer.string(name).array(partitions, (partition) => {
      writer.raw(partition.head).int32(partition.records.byteLength).raw(partition.records);
    });
  });
  return writer.bytes();
}

function partitionFrom(reader: WireReader, version: number): FetchedPartition {
  const begin = reader.at;
  const partition = reader.int32();
  const errorCode = reader.int16();
  reader.take(version >= 5 ? 8 + 8 + 8 : 8 + 8); // high watermark, last stable offset; begin of the log
  reader.array(() => reader.take(8 + 8)); // aborted transactions
  if (version >= 11) reader.take(4); // preferred replica
  const head = reader.since(begin);
  return { head, partition, errorCode, records: reader.take(Math.max(0, reader.int32())) };
}
