import type { Batch, KafkaMessage } from 'kafkajs';

/** Records `first` to `last` of a call, of so many bytes each. */
export function messagesOf(key: string, first: number, last: number, bytes = 2): KafkaMessage[] {
  return Array.from({ length: last - first + 1 }, (_, n) => ({
    key: Buffer.from(key),
    value: Buffer.alloc(bytes),
    timestamp: '1',
    attributes: 0,
    offset: String(first + n),
    headers: {},
  }));
}

/** What a broker has answered for partition 0, whose log ends before `end`. */
export function batchOf(first: number, last: number, { end = last + 1, bytes = 2 } = {}): Batch {
  return {
    topic: 'jambonz.events',
    partition: 0,
    messages: messagesOf('a', first, last, bytes),
    highWatermark: String(end),
    isEmpty: () => false,
    firstOffset: () => String(first),
    lastOffset: () => String(last),
    offsetLag: () => '0',
    offsetLagLow: () => '0',
  };
}
