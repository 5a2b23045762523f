import { connectNatsClient } from '@jambus/client/nats';

const client = await connectNatsClient({ servers: ['nats://127.0.0.1:4222'] });

await client.calls.serve({ durable: 'pizzeria' }, async (call) => {
  const { speech } = await call.gather({ input: ['speech'], say: { text: 'What would you like?' } });
  const order = speech?.alternatives?.[0]?.transcript;
  await call.say(order === undefined ? 'Please call again.' : `${order}? Coming up!`);
});
