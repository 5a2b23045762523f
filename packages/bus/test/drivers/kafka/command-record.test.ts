import type { KafkaMessage } from 'kafkajs';
import { commandRecord } from '../../../src/drivers/kafka/command-record.ts';

const messageAt = (offset: number, timestamp: number): KafkaMessage => ({
  key: Buffer.from('call'),
  value: Buffer.from('{}'),
  timestamp: String(timestamp),
  attributes: 0,
  offset: String(offset),
  headers: {},
});

test('a record names its log, and may have been had by an earlier reader if it was there before this one', () => {
  const origin = { log: 'topicid/3', freshFrom: 10 };
  expect(commandRecord(messageAt(9, 1), origin)).toMatchObject({ position: 'topicid/3/9', maybeRepeated: true });
  expect(commandRecord(messageAt(10, 1), origin)).toMatchObject({ position: 'topicid/3/10', maybeRepeated: false });
});

test('a record of a publisher whose clock is fast was published now at the latest', () => {
  const origin = { log: 'topicid/3', freshFrom: 0 };
  const before = Date.now();
  expect(commandRecord(messageAt(0, before - 5_000), origin).publishedAt).toBe(before - 5_000);
  const { publishedAt } = commandRecord(messageAt(0, before + 600_000), origin);
  expect(publishedAt).toBeGreaterThanOrEqual(before);
  expect(publishedAt).toBeLessThanOrEqual(Date.now());
});
