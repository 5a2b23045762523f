import { positionOf } from '@jambus/schema';
import type { KafkaMessage } from 'kafkajs';
import type { CommandRecord } from '../../port/index.ts';
import { unreadableBatch } from './connection/readable.ts';
import { readRecord } from './connection/record.ts';
import type { Origin } from './group/origins.ts';

/**
 * A record of the commands' topic as what the port hands over. Never throws.
 *
 * @param origin with the log as positions name it, `<log>/<partition>`
 */
export function commandRecord(message: KafkaMessage, { log, freshFrom }: Origin): CommandRecord {
  const { key, attributes, payload, timestamp } = readRecord(message);
  const now = Date.now();
  const unreadable = unreadableBatch(message)?.message;
  return {
    // The key is what keeps a call in one partition and so in order; the subject does for those who cannot set one.
    callSid: key ?? (attributes['subject'] || undefined),
    attributes,
    payload,
    ...(unreadable !== undefined && { unreadable }),
    // It may be the publisher's clock: one that is fast must not give its commands a longer life.
    publishedAt: timestamp > 0 ? Math.min(timestamp, now) : now,
    replyTo: undefined,
    maybeRepeated: Number(message.offset) < freshFrom,
    position: positionOf(log, Number(message.offset)),
  };
}
