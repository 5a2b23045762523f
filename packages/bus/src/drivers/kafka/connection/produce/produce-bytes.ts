import type { OutgoingRecord } from '../outgoing-record.ts';
import type { GrowingBytes } from './growing-bytes.ts';
import { writeRecordBatch } from './record-batch.ts';

/** What the client sends to one broker. */
export interface ProduceOptions {
  readonly acks: number;
  /** How long its replicas may take, ms. */
  readonly timeout: number;
  readonly compression: number;
  readonly producerId: string;
  readonly producerEpoch: number;
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly PartitionData[];
  }[];
}

export interface PartitionData {
  readonly partition: number;
  readonly firstSequence: number;
  readonly messages: readonly { readonly record: OutgoingRecord }[];
}

/** The versions of the request that are written in this form. */
export const PRODUCE_VERSIONS = { from: 3, to: 7 } as const;

const NO_TRANSACTION = -1;

/**
 * The body of the request, in one buffer.
 *
 * @param out what was written into it before is gone
 * @returns a view that holds until `out` is used again
 */
export function produceBytes(out: GrowingBytes, options: ProduceOptions): Buffer {
  const { acks, timeout, compression, producerEpoch, topicData } = options;
  const atMs = Date.now();
  const producerId = BigInt(options.producerId);
  out.clear();
  out.int16(NO_TRANSACTION);
  out.int16(acks);
  out.int32(timeout);
  out.int32(topicData.length);
  for (const { topic, partitions } of topicData) {
    out.string(topic);
    out.int32(partitions.length);
    for (const { partition, firstSequence, messages } of partitions) {
      out.int32(partition);
      const size = out.holdInt32();
      const begin = out.at;
      const records = messages.map(({ record }) => record);
      writeRecordBatch(out, records, { compression, atMs, producerId, producerEpoch, firstSequence });
      out.fillInt32(size, out.at - begin);
    }
  }
  return out.since(0);
}
