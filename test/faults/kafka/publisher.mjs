// A microservice as anybody would write it: the plain kafkajs package, key and JSON body. It gives every new call COUNT commands,
// numbered in the id of their verb, and prints how many it published when it is told to stop and has no call left to serve.
//
// usage: node publisher.mjs <brokers> <prefix> <commands per call> <ms between them>
import { randomUUID } from 'node:crypto';
import { Kafka, logLevel, Partitioners } from 'kafkajs';

const [brokers, prefix, count, pauseMs] = process.argv.slice(2);
const kafka = new Kafka({
  brokers: brokers.split(','),
  clientId: 'publisher',
  logLevel: logLevel.NOTHING,
  retry: { retries: Number.MAX_SAFE_INTEGER, maxRetryTime: 1_000, initialRetryTime: 100 },
});
const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, allowAutoTopicCreation: false });
const consumer = kafka.consumer({ groupId: `publisher-${randomUUID()}`, maxWaitTimeInMs: 50, sessionTimeout: 30_000 });
const serving = new Set();
let published = 0;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// One request at a time: commands that are sent side by side would change places.
const waiting = [];
let sending = false;

/** Resolves when the broker has it. The id keeps a repeat from having an effect. */
function publish(callSid, id, body) {
  return new Promise((resolve) => {
    waiting.push({ message: { key: callSid, value: body, headers: { ce_id: id } }, resolve });
    if (!sending) void drain();
  });
}

async function drain() {
  sending = true;
  while (waiting.length > 0) {
    const batch = waiting.splice(0);
    for (let sent = false; !sent; ) {
      try {
        await producer.send({ topic: `${prefix}.commands`, acks: -1, messages: batch.map(({ message }) => message) });
        sent = true;
      } catch {
        await sleep(200);
      }
    }
    for (const { resolve } of batch) resolve();
  }
  sending = false;
}

async function serve(callSid) {
  for (let n = 1; n <= Number(count); n++) {
    const command = {
      type: 'command',
      command: 'redirect',
      queueCommand: true,
      data: [{ verb: 'pause', id: `p#${n}`, length: 0 }],
    };
    await publish(callSid, `${callSid}-${n}`, JSON.stringify(command));
    published++;
    await sleep(Number(pauseMs));
  }
}

const seen = new Set();

async function finish() {
  await Promise.all(serving);
  process.stdout.write(`${JSON.stringify({ published, calls: seen.size })}\n`);
  process.exit(0);
}

function fail(error) {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
}

process.stdin.once('data', () => {
  finish().catch(fail);
});
await producer.connect();
await consumer.connect();
await consumer.subscribe({ topic: `${prefix}.events`, fromBeginning: true });
consumer.on(consumer.events.GROUP_JOIN, () => process.stdout.write('ready\n'));
await consumer.run({
  eachMessage: async ({ message }) => {
    if (String(message.headers.ce_type) !== 'jambonz.session.new') return;
    const callSid = String(message.key);
    if (seen.has(callSid)) return;
    seen.add(callSid);
    serving.add(serve(callSid).catch(fail));
  },
});
