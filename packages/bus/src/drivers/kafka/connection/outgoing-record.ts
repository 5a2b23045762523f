import type { Attributes, PartitionAttributes } from '@jambus/schema';
import type { Message } from 'kafkajs';
import { headerName, headersOf } from './headers.ts';

/** A record on its way out. */
export interface OutgoingRecord {
  readonly topic: string;
  /** The call, which keeps its records in one partition and so in their order. Empty: none. */
  readonly key: string;
  readonly attributes: Attributes;
  /** The key is an attribute as well. */
  readonly hasPartitionKey?: boolean;
  readonly payload: Uint8Array;
}

/** Records for one topic, in their order. */
export interface TopicRecords {
  readonly topic: string;
  readonly records: readonly OutgoingRecord[];
}

/** The attribute that a record has its key in. */
export const PARTITION_KEY = 'partitionkey' satisfies keyof PartitionAttributes;

const PARTITION_KEY_HEADER = headerName(PARTITION_KEY);

/** A record as the client takes it: what any other way to write one has to come to. */
export function messageOf({ key, attributes, hasPartitionKey = false, payload }: OutgoingRecord): Message {
  const headers = headersOf(attributes);
  if (hasPartitionKey) headers[PARTITION_KEY_HEADER] = key;
  return {
    key: key === '' ? null : key,
    // The client takes for text what is not a Buffer.
    value: Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength),
    headers,
  };
}
