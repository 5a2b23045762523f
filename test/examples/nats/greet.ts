import { connectNatsClient } from '@jambus/client/nats';

const client = await connectNatsClient({ servers: ['nats://127.0.0.1:4222'] });
const calls = client.events.subscribe({ type: 'session:new', durable: 'greeter' });

for await (const { callSid, id, message } of calls) {
  if (message.msgid === undefined) continue;
  const text = `Hello ${message.data.caller_name ?? 'there'}, we are closed today.`;
  // An id made of the event's: should the event come twice, the second answer has no effect.
  const result = await client.acks.send(callSid, message.msgid, [{ verb: 'say', text }, { verb: 'hangup' }], { id });
  process.stdout.write(`${callSid} ${result.status} ${result.code ?? ''}\n`);
}
