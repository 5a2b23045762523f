import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { type JambusCluster, startJambusCluster } from '../../cluster/jambus-cluster.ts';
import type { FaultyBroker } from '../broker.ts';
import {
  type CallSocket,
  type ConfirmedCommand,
  type History,
  readLines,
  type Saying,
  type Write,
  writeHistory,
} from '../history/index.ts';
import { type Jambonz, startJambonz } from '../jambonz/start-jambonz.ts';
import { FAULT_AT_MS, type Load, planCalls } from '../load/call-plan.ts';
import { type Publisher, startPublisher } from '../publisher/start-publisher.ts';
import { Disturbances } from './disturbances.ts';
import type { Fault } from './fault.ts';
import { LongestNeed } from './longest-need.ts';
import { untilSettled, untilStill, untilZero } from './until-settled.ts';

const PUBLISHERS = 2;
const ADAPTERS = 2;
/** Results that are late are found by the checker; those that come later than this are lost to it. */
const RESULTS_WITHIN_MS = 60_000;
const LEFT_WITHIN_MS = 10_000;

/** What a run has left behind. */
export interface Run {
  readonly history: History;
  /** Where it is written. */
  readonly folder: string;
}

/** Everything that runs, ended in the reverse order. */
interface Running<B extends FaultyBroker> {
  readonly broker: B;
  readonly cluster: JambusCluster;
  readonly jambonz: Jambonz;
  readonly publishers: Publisher[];
}

/**
 * Runs calls and publishers against gateways, adapters and a broker, each a process of its own (the calls are one), lets
 * the fault happen in the middle, and returns what everybody saw.
 */
export async function runFault<B extends FaultyBroker>(
  startBroker: () => Promise<B>,
  fault: Fault<B>,
  load: Load,
): Promise<Run> {
  const folder = await mkdtemp(join(tmpdir(), 'jambus-faults-'));
  const share = Number(process.env['JAMBUS_TEST_FAULTS_LOAD'] ?? load.share);
  const plan = planCalls(Date.now().toString(36), { ...load, share });
  const planFile = join(folder, 'plan.json');
  await writeFile(planFile, JSON.stringify(plan));
  const running = await start(startBroker, fault, folder);
  const stalls = monitorEventLoopDelay({ resolution: 10 });
  stalls.enable();
  const { broker, cluster, jambonz, publishers } = running;
  try {
    await broker.watch();
    for (let n = 0; n < PUBLISHERS; n++) {
      const file = join(folder, `confirmed-${n}.ndjson`);
      publishers.push(await startPublisher([...broker.publisherArgs, planFile, n, PUBLISHERS, file]));
    }
    const beganAt = Date.now();
    await jambonz.begin(cluster.websocketUrls, plan);
    await delay(Math.max(0, beganAt + FAULT_AT_MS - Date.now()));
    const disturbances = new Disturbances(cluster, broker, publishers);
    const longestNeed = new LongestNeed(await broker.needs());
    await fault.happen(disturbances);
    await Promise.all(publishers.map((publisher) => publisher.finish()));
    await untilSettled(broker, RESULTS_WITHIN_MS);
    const brokerMs = await longestNeed.end();
    jambonz.readOn();
    await jambonz.hangUp();
    const left = await untilZero(() => broker.lag(), LEFT_WITHIN_MS);
    await untilStill(broker, LEFT_WITHIN_MS);
    const facts = {
      bus: broker.name,
      fault: fault.name,
      ...disturbances.facts,
      left,
      brokerMs,
      stallMs: Math.round(stalls.max / 1e6),
    };
    return { folder, history: await collect(running, folder, facts) };
  } finally {
    stalls.disable();
    await end(running);
  }
}

async function start<B extends FaultyBroker>(
  startBroker: () => Promise<B>,
  { gateways = 2 }: Fault<B>,
  logFolder: string,
): Promise<Running<B>> {
  const broker = await startBroker();
  try {
    const cluster = await startJambusCluster({ gateways, adapters: ADAPTERS, bus: broker.settings, logFolder });
    return { broker, cluster, jambonz: startJambonz(), publishers: [] };
  } catch (error) {
    await broker.close();
    throw error;
  }
}

async function end({ broker, cluster, jambonz, publishers }: Running<FaultyBroker>): Promise<void> {
  for (const publisher of publishers) publisher.end();
  jambonz.end();
  await cluster.close();
  await broker.close();
}

async function collect(running: Running<FaultyBroker>, folder: string, facts: History['facts']): Promise<History> {
  const { broker, jambonz, publishers } = running;
  const parts = join(folder, 'history');
  await mkdir(parts);
  await jambonz.write(parts);
  const confirmed = publishers.map((_, n) => readLines<ConfirmedCommand>(join(folder, `confirmed-${n}.ndjson`)));
  const history: History = {
    facts,
    confirmed: (await Promise.all(confirmed)).flat(),
    sockets: await readLines<CallSocket>(join(parts, 'sockets.ndjson')),
    writes: await readLines<Write>(join(parts, 'writes.ndjson')),
    sayings: await readLines<Saying>(join(parts, 'sayings.ndjson')),
    stored: await broker.stored(),
    results: { stored: await broker.read('results'), seen: broker.seen('results') },
    events: { stored: await broker.read('events'), seen: broker.seen('events') },
    deadLetters: await broker.read('deadletters'),
  };
  await writeHistory(parts, history);
  return history;
}

/** Removes what a run has written. */
export async function forget({ folder }: Run): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}
