// Reads events in a durable name until an error ends that.

import { connectKafkaClient } from '@jambus/client/kafka';

const [, , broker] = process.argv;
const print = (line) => process.stdout.write(`${line}\n`);

const client = await connectKafkaClient({
  brokers: [broker],
  onTrouble: ({ code, message }) => print(`${code} ${message}`),
});
const events = client.events.subscribe({ durable: 'reads-kafka' });
await events.ready();
print('ready');
try {
  for await (const { id } of events) print(`event ${id}`);
} catch ({ code, message }) {
  print(`ended: ${code} ${message}`);
}
