import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { type ConfirmedCommand, writeLines } from '../history/index.ts';
import type { CallPlan } from '../load/call-plan.ts';
import { marker } from '../load/marker.ts';
import { type Line, scriptOf } from '../load/script.ts';
import { composeApplication, composeCommand } from './compose-command.ts';
import { kafkaWire } from './kafka-wire.ts';
import { natsWire } from './nats-wire.ts';
import type { Wire } from './wire.ts';

/*
 * A microservice that gives every new call of its share an application and then what its script says, and writes down what
 * the broker has confirmed. Told on standard input, a word a line: `pause`, `resume`, `finish`; it answers with a word.
 *
 * usage: main.js nats|kafka <servers> <prefix> <file with the plan> <its number> <of how many> <file to write>
 */

const [kind, servers = '', prefix = '', planFile = '', own = '0', of = '1', outFile = ''] = process.argv.slice(2);
const publisher = Number(own);
const plans = JSON.parse(await readFile(planFile, 'utf8')) as CallPlan[];
const mine = new Map(
  plans.filter(({ number }) => number % Number(of) === publisher).map((plan) => [plan.callSid, plan]),
);
const wire: Wire = await (kind === 'kafka' ? kafkaWire(servers, prefix) : natsWire(servers, prefix));

const confirmed: ConfirmedCommand[] = [];
const served = new Map<string, Promise<void>>();
const lastSequence = new Map<string, number>();
let markers = 0;
let underWay = 0;
/** Resolves when publishing may go on. */
let gate: Promise<void> = Promise.resolve();
let open: () => void = () => {};

async function serve(plan: CallPlan, application: { readonly msgid: string } | undefined): Promise<void> {
  const startedAt = Date.now();
  const ids: (string | undefined)[] = [];
  const confirmations: Promise<void>[] = [];
  if (application !== undefined) {
    const name = nextMarker();
    confirmations.push(publish(plan.callSid, 0, name, composeApplication(application.msgid, name), { id: name }));
  }
  for (const [n, line] of scriptOf(plan).entries()) {
    const wait = startedAt + line.at - Date.now();
    if (wait > 0) await delay(wait);
    await gate;
    const name = nextMarker();
    const id = idOf(line, name, ids, n);
    ids.push(id);
    const attributes = attributesOf(line, id, plan.callSid);
    confirmations.push(publish(plan.callSid, n + 1, name, composeCommand(line.form, name, n), attributes));
  }
  await Promise.all(confirmations);
}

function idOf({ id }: Line, name: string, ids: readonly (string | undefined)[], n: number): string | undefined {
  if (id === undefined) return undefined;
  return id === 'own' ? `id-${name}` : ids[n - id.again];
}

function attributesOf(line: Line, id: string | undefined, callSid: string): Record<string, string> {
  const { ttlMs, ifverbid, ifsequence } = line;
  const sequence = ifsequence === 'latest' ? lastSequence.get(callSid) : ifsequence;
  return {
    ...(id === undefined ? {} : { id }),
    ...(ttlMs === undefined ? {} : { expirytime: new Date(Date.now() + ttlMs).toISOString() }),
    ...(ifverbid === undefined ? {} : { ifverbid }),
    ...(sequence === undefined ? {} : { ifsequence: String(sequence) }),
  };
}

async function publish(
  callSid: string,
  order: number,
  name: string,
  body: string,
  attributes: Record<string, string>,
): Promise<void> {
  underWay += 1;
  const sentAt = Date.now();
  const { partition, offset } = await wire.publish({ callSid, marker: name, body, attributes });
  underWay -= 1;
  const { id } = attributes;
  confirmed.push({
    publisher: own,
    marker: name,
    callSid,
    id,
    order,
    sentAt,
    confirmedAt: Date.now(),
    partition,
    offset,
  });
}

function nextMarker(): string {
  markers += 1;
  return marker(publisher, markers);
}

const tasks: Readonly<Record<string, () => Promise<void>>> = {
  pause: async () => {
    gate = new Promise((resolve) => {
      open = resolve;
    });
    while (underWay > 0) await delay(10);
  },
  resume: async () => open(),
  finish: async () => {
    await Promise.all(served.values());
    await writeLines(outFile, confirmed);
  },
};

const words = createInterface(process.stdin);
words.on('line', (word) => {
  void tasks[word]?.().then(() => {
    process.stdout.write(`${word}\n`);
    if (word === 'finish') process.exit();
  });
});

// Whoever started it is gone.
words.on('close', () => process.exit());

await wire.listen(({ callSid, type, sequence, payload }) => {
  const plan = mine.get(callSid);
  if (plan === undefined) return;
  lastSequence.set(callSid, Math.max(sequence, lastSequence.get(callSid) ?? 0));
  if (type !== 'jambonz.session.new' || served.has(callSid)) return;
  served.set(callSid, serve(plan, JSON.parse(payload) as { msgid: string }));
});
for (const plan of mine.values()) if (plan.kind === 'unknown') served.set(plan.callSid, serve(plan, undefined));
process.stdout.write('ready\n');
