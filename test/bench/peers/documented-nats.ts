import { createServer } from 'node:http';
import { createEndpoint, type Session } from '@jambonz/sdk/websocket';
import { connect } from 'nats';

/*
 * jambonz and JetStream in one process, as the documentation of @jambonz/sdk and of nats shows it: an endpoint with its
 * sessions, a durable consumer that is iterated, every publish awaited.
 */

const { BUS_SERVERS = '', BUS_PREFIX = '', PORT } = process.env;
const sessions = new Map<string, Session>();
const nc = await connect({ servers: BUS_SERVERS.split(',') });
const js = nc.jetstream();

async function publish(callSid: string, type: string, data: unknown): Promise<void> {
  try {
    const subject = `${BUS_PREFIX}.events.${callSid}.${type.replaceAll(':', '.')}`;
    await js.publish(subject, JSON.stringify({ type, call_sid: callSid, data }));
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

void (async () => {
  for await (const request of nc.subscribe(`${BUS_PREFIX}.request.*`)) {
    deliver(request.subject.split('.').at(-1) ?? '', request.json());
    request.respond('{"status":"delivered"}');
  }
})();

const consumer = await js.consumers.get(`${BUS_PREFIX}-commands`, 'glue');
const messages = await consumer.consume();
server.listen(Number(PORT), '127.0.0.1');
for await (const message of messages) {
  deliver(message.subject.split('.').at(-1) ?? '', message.json());
  message.ack();
}
