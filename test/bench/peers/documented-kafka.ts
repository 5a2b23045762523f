import { createServer } from 'node:http';
import { createEndpoint, type Session } from '@jambonz/sdk/websocket';
import { Kafka, logLevel } from 'kafkajs';

/*
 * jambonz and Kafka in one process, as the documentation of @jambonz/sdk and of kafkajs shows it: an endpoint with its
 * sessions, `eachMessage`, every `send` awaited.
 */

const { BUS_SERVERS = '', BUS_PREFIX = '', PORT } = process.env;
const sessions = new Map<string, Session>();
const kafka = new Kafka({ clientId: 'glue', brokers: BUS_SERVERS.split(','), logLevel: logLevel.ERROR });
const producer = kafka.producer();
const consumer = kafka.consumer({ groupId: `${BUS_PREFIX}-glue` });

async function publish(callSid: string, type: string, data: unknown): Promise<void> {
  try {
    const value = JSON.stringify({ type, call_sid: callSid, data });
    const headers = { ce_type: `jambonz.${type.replaceAll(':', '.')}` };
    await producer.send({ topic: `${BUS_PREFIX}.events`, messages: [{ key: callSid, value, headers }] });
  } catch (error) {
    process.stderr.write(`${type} of ${callSid} is lost: ${error}\n`);
  }
}

function deliver(callSid: string, { command, data }: { command: string; data: Record<string, unknown> }): void {
  const session = sessions.get(callSid);
  if (session === undefined) return;
  if (session.locals['answered'] === true) {
    session.injectCommand(command, data);
  } else {
    session.locals['answered'] = true;
    session.addVerbs(data as never).send();
  }
}

const server = createServer();
createEndpoint({ server })({ path: '/' }).on('session:new', (session: Session) => {
  const { callSid } = session;
  sessions.set(callSid, session);
  session.on('close', () => sessions.delete(callSid));
  session.on('error', () => sessions.delete(callSid));
  session.on('verb:hook', (hook, data) => void publish(callSid, 'verb:hook', { hook, ...data }));
  for (const type of ['call:status', 'verb:status', 'jambonz:error'])
    session.on(type, (data) => void publish(callSid, type, data));
  void publish(callSid, 'session:new', session.data);
});

await producer.connect();
await consumer.connect();
await consumer.subscribe({ topic: `${BUS_PREFIX}.commands`, fromBeginning: true });
await consumer.run({
  eachMessage: async ({ message }) => deliver(String(message.key), JSON.parse(String(message.value))),
});
server.listen(Number(PORT), '127.0.0.1');
