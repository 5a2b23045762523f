// A microservice as anybody would write it: the plain nats package, subject and JSON body, no headers of jambus.
// It gives every new call COUNT commands, numbered in the id of their verb, and prints how many it published when it is told
// to stop and has no call left to serve.
//
// usage: node publisher.mjs <nats url> <prefix> <commands per call> <ms between them>
import { connect, headers } from 'nats';

const [url, prefix, count, pauseMs] = process.argv.slice(2);
const nc = await connect({ servers: url, maxReconnectAttempts: -1, reconnectTimeWait: 200 });
const js = nc.jetstream();
const serving = new Set();
let published = 0;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Publishes until the stream has it; the message id keeps a repeat from counting twice. */
async function publish(subject, id, body) {
  for (;;) {
    try {
      const found = headers();
      found.set('Nats-Msg-Id', id);
      await js.publish(subject, body, { headers: found, timeout: 1_000 });
      return;
    } catch {
      await sleep(100);
    }
  }
}

async function serve(callSid) {
  for (let n = 1; n <= Number(count); n++) {
    const command = {
      type: 'command',
      command: 'redirect',
      queueCommand: true,
      data: [{ verb: 'pause', id: `p#${n}`, length: 0 }],
    };
    await publish(`${prefix}.commands.${callSid}`, `${callSid}-${n}`, JSON.stringify(command));
    published++;
    await sleep(Number(pauseMs));
  }
}

const seen = new Set();
const newCalls = nc.subscribe(`${prefix}.events.*.session.new`);

async function finish() {
  await Promise.all(serving);
  process.stdout.write(`${JSON.stringify({ published, calls: seen.size })}\n`);
  await nc.close();
  process.exit(0);
}

function fail(error) {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
}

process.stdin.once('data', () => {
  finish().catch(fail);
});
process.stdout.write('ready\n');
for await (const { subject } of newCalls) {
  const callSid = subject.split('.').at(-3);
  if (seen.has(callSid)) continue;
  seen.add(callSid);
  serving.add(serve(callSid).catch(fail));
}
