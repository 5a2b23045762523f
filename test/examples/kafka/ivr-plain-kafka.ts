import { randomUUID } from 'node:crypto';
import { type EachMessagePayload, Kafka, type KafkaMessage, logLevel, Partitioners, type Producer } from 'kafkajs';

/*
 * Takes an order by phone with nothing but a Kafka client: what jambus asks of a microservice is topics, the call as the key,
 * JSON as the jambonz documentation has it, and a few headers, all of which may be left out.
 *
 *   node test/dist/examples/kafka/ivr-plain-kafka.js 127.0.0.1:9092 [prefix of the topics]
 */

const [broker = '127.0.0.1:9092', prefix = 'jambonz'] = process.argv.slice(2);
const [EVENTS, RESULTS, COMMANDS] = [`${prefix}.events`, `${prefix}.results`, `${prefix}.commands`];

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
  const kafka = new Kafka({ brokers: [broker], clientId: 'plain-ivr', logLevel: logLevel.ERROR });
  // The partitioner of all other clients of Kafka, so that what anybody sends to a call stays in one partition, and in order.
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, idempotent: true });
  // Each event goes to one of all who use this group, and to another when that one was not done with it.
  const consumer = kafka.consumer({ groupId: 'plain-ivr', maxWaitTimeInMs: 200 });
  await Promise.all([producer.connect(), consumer.connect()]);
  await consumer.subscribe({ topics: [EVENTS, RESULTS] });

  const ended = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, resolve);
  });
  // A new group begins where the topics end when they are first looked at, and not any sooner.
  const stopWaiting = consumer.on(consumer.events.FETCH, () => {
    stopWaiting();
    print(`serving calls of ${broker}`);
  });
  // One message after the other, and so one `send` after the other: kafkajs swaps those that are not waited for.
  await consumer.run({ eachMessage: (payload) => take(producer, payload) });
  await ended;
  await consumer.disconnect();
  await producer.disconnect();
}

async function take(producer: Producer, { topic, message }: EachMessagePayload): Promise<void> {
  if (topic === EVENTS) await answer(producer, message);
  // What became of each command is told under its id.
  else if (message.value?.includes('"rejected"')) print(`refused: ${message.value}`);
}

async function answer(producer: Producer, { key, headers, value }: KafkaMessage): Promise<void> {
  const callSid = String(key);
  const { type, msgid, hook, data = {} } = JSON.parse(String(value)) as Message;
  // The id of the event: should it come twice, the second answer has no effect.
  const id = String(headers?.['ce_id'] ?? randomUUID());
  const send = (command: object): Promise<void> => publish(producer, callSid, id, command);

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

async function publish(producer: Producer, callSid: string, id: string, command: object): Promise<void> {
  const headers = { ce_id: id, ce_expirytime: new Date(Date.now() + 5_000).toISOString() };
  await producer.send({ topic: COMMANDS, messages: [{ key: callSid, value: JSON.stringify(command), headers }] });
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

await main();
