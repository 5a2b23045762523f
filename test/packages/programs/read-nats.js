// Reads events with the client, and the same subjects with a connection of the plain library, which stops at a carriage return in one.

import { connectNatsClient } from '@jambus/client/nats';
import { connect } from 'nats';

const [, , url] = process.argv;
const print = (line) => process.stdout.write(`${line}\n`);

const plain = await connect({ servers: url });
plain.subscribe('jambonz.events.>', { callback: () => {} });
await plain.flush();

const client = await connectNatsClient({
  servers: [url],
  onTrouble: ({ code, message }) => print(`${code} ${message}`),
});
const events = client.events.subscribe();
await events.ready();
print('ready');
for await (const { callSid, message } of events) print(`${message.type} ${callSid}`);
