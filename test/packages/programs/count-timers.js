// Counts the timers that kafkajs sets to run at once when it looks for pending requests: first those of a client of jambus from its
// beginning to its end, then those of kafkajs by itself.

import { connectKafkaClient } from '@jambus/client/kafka';
import kafkajs from 'kafkajs';

const [, , broker] = process.argv;
let counted = 0;
const { setTimeout } = globalThis;
globalThis.setTimeout = (callback, ms, ...args) => {
  if (ms <= 1 && new Error().stack.includes('requestQueue')) counted++;
  return setTimeout(callback, ms, ...args);
};

const client = await connectKafkaClient({ brokers: [broker] });
const events = client.events.subscribe();
await events.ready();
const durable = client.events.subscribe({ durable: 'counts-timers' });
await durable.ready();
await client.close();
const ours = counted;

const admin = new kafkajs.Kafka({ brokers: [broker], logLevel: kafkajs.logLevel.NOTHING }).admin();
await admin.connect();
await admin.listTopics();
await admin.disconnect();
process.stdout.write(`${JSON.stringify({ ours, plain: counted - ours > 0 })}\n`);
process.exit();
