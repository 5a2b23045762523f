import { randomUUID } from 'node:crypto';
import { AckPolicy, connect, DeliverPolicy, headers, type JetStreamClient, type JsMsg, nanos } from 'nats';

/*
 * Takes an order by phone with nothing but a NATS client: what jambus asks of a microservice is subjects, JSON as the jambonz
 * documentation has it, and a few headers, all of which may be left out.
 *
 *   node test/dist/examples/nats/ivr-plain-nats.js nats://127.0.0.1:4222 [prefix of the subjects]
 */

const [server = 'nats://127.0.0.1:4222', prefix = 'jambonz'] = process.argv.slice(2);

/** As much of a message of jambonz as is needed here. */
interface Message {
  readonly type: string;
  readonly msgid?: string;
  readonly hook?: string;
  readonly data?: {
    readonly from?: string;
    readonly event?: string;
    readonly id?: string;
    readonly call_status?: string;
    readonly speech?: { readonly alternatives?: readonly { readonly transcript?: string }[] };
  };
}

const GREETING = [
  { verb: 'answer' },
  { verb: 'say', text: "Welcome to Mario's!" },
  { verb: 'gather', input: ['speech'], actionHook: '/order', say: { text: 'What would you like?' } },
];

const QUESTION = [
  { verb: 'gather', input: ['speech'], actionHook: '/order', say: { text: 'Say that again, please?' } },
];

const HANG_UP = { type: 'command', command: 'call:status', data: { call_status: 'completed' } };

async function main(): Promise<void> {
  const nc = await connect({ servers: server, name: 'plain-ivr' });
  const jetStream = nc.jetstream();
  const manager = await nc.jetstreamManager();

  // Each event goes to one of all who use this name, and to another when it was not acknowledged in time.
  await manager.consumers.add(`${prefix}-events`, {
    durable_name: 'plain-ivr',
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(30_000),
    deliver_policy: DeliverPolicy.New,
    filter_subject: `${prefix}.events.>`,
  });
  const consumer = await jetStream.consumers.get(`${prefix}-events`, 'plain-ivr');
  const events = await consumer.consume({ max_messages: 16 });
  // The call is the token behind the channel; what became of each command is told under its id.
  const results = nc.subscribe(`${prefix}.results.*`, {
    callback: (error, result) => {
      if (error === null && result.string().includes('"rejected"')) print(`refused: ${result.string()}`);
    },
  });

  const stop = (): void => {
    results.unsubscribe();
    events.stop();
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
  print(`serving calls of ${server}`);
  for await (const event of events) {
    await answer(jetStream, event);
    event.ack();
  }
  await nc.drain();
}

async function answer(jetStream: JetStreamClient, event: JsMsg): Promise<void> {
  const callSid = event.subject.slice(`${prefix}.events.`.length).split('.')[0] ?? '';
  const { type, msgid, hook, data = {} } = event.json<Message>();
  // The id of the event: should it come twice, the second answer has no effect.
  const id = event.headers?.get('ce-id') || randomUUID();
  const send = (command: object): Promise<void> => publish(jetStream, callSid, id, command);

  if (type === 'session:new') {
    print(`${callSid} ${data.from} calls`);
    await send({ type: 'ack', msgid, data: GREETING });
  } else if (type === 'verb:hook' && hook === '/order') {
    const order = data.speech?.alternatives?.[0]?.transcript;
    print(`${callSid} orders ${order ?? 'nothing that could be understood'}`);
    const verbs = order === undefined ? QUESTION : [{ verb: 'say', id: 'goodbye', text: `${order}? Coming up!` }];
    await send({ type: 'ack', msgid, data: verbs });
  } else if (type === 'verb:status' && data.id === 'goodbye' && data.event === 'finished') {
    await send(HANG_UP);
  } else if (type === 'call:status') {
    print(`${callSid} ${data.call_status}`);
  }
}

async function publish(jetStream: JetStreamClient, callSid: string, id: string, command: object): Promise<void> {
  const attributes = headers();
  attributes.set('ce-id', id);
  attributes.set('ce-expirytime', new Date(Date.now() + 5_000).toISOString());
  await jetStream.publish(`${prefix}.commands.${callSid}`, JSON.stringify(command), { headers: attributes });
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

await main();
