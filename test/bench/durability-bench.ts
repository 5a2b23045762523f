import { open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type JambusCluster, startJambusCluster } from '../cluster/jambus-cluster.ts';
import type { BenchBroker } from './bench-broker.ts';
import { kafkaBenchBrokers } from './kafka-bench-broker.ts';
import { natsBenchBroker } from './nats-bench-broker.ts';
import { print } from './print.ts';
import { type RoundTrips, startRoundTrips } from './round-trips.ts';
import { setUpCalls } from './set-up-calls.ts';
import { quantileOf, spreadOf } from './statistics.ts';
import { type StoredReport, storeFor } from './store-for.ts';
import type { TripsReport } from './trips.ts';
import { turns } from './turns.ts';

/*
 * What it costs that a broker has a record on disk, and on several brokers, before it confirms it. The kinds of brokers take
 * turns, so that what else the machine does falls on all of them; figures of one run compare, those of two do not.
 */

interface Subject {
  readonly name: string;
  readonly broker: BenchBroker;
}

/** A measurement that can be done again and again. */
type Turn = () => Promise<StoredReport>;

const ROUNDS = 3;
const TURN_MS = 2_000;
const MANY_UNDER_WAY = 256;
const CALLS = 256;
const ROUND_TRIPS_ALONE = 100;
const ROUND_TRIPS_TOGETHER = 2_000;
/** As large as a command. */
const RECORD = Buffer.alloc(200, 'x');
const APPLICATION = Buffer.from('{"type":"command","command":"redirect","data":[{"verb":"say","text":"welcome"}]}');

const BUSES: Readonly<Record<string, () => Promise<Subject[]>>> = { nats: natsSubjects, kafka: kafkaSubjects };

/**
 * @param bus `nats` or `kafka`
 * @throws Error when it is none of these
 */
export async function durabilityBench(bus = 'nats'): Promise<void> {
  const start = BUSES[bus];
  if (start === undefined)
    throw new Error(`there is no bench of the durability of "${bus}"; there are ${Object.keys(BUSES).join(', ')}`);
  const subjects = await start();
  print('bus', `${subjects[0]?.broker.name}, all brokers on this machine`);
  print('this disk, write and sync of 4 KiB', await measureDisk());
  const stored = (underWay: number) =>
    subjects.map(({ name, broker }) => ({ name, turn: () => storeFor(() => broker.store(RECORD), underWay, TURN_MS) }));
  await compare('confirmed, one at a time', stored(1));
  await compare(`confirmed, ${MANY_UNDER_WAY} under way`, stored(MANY_UNDER_WAY));

  const clusters: JambusCluster[] = [];
  const alone: { readonly name: string; readonly turn: Turn }[] = [];
  const together: { readonly name: string; readonly turn: Turn }[] = [];
  for (const { name, broker } of subjects) {
    const cluster = await startJambusCluster({ gateways: 1, adapters: 1, bus: broker.settings });
    clusters.push(cluster);
    const run = await roundTripsOn(broker, cluster);
    alone.push({ name, turn: async () => reportOf(await run(ROUND_TRIPS_ALONE, 1)) });
    together.push({ name, turn: async () => reportOf(await run(ROUND_TRIPS_TOGETHER, CALLS)) });
  }
  await compare('round trips of jambus, one at a time', alone);
  await compare(`round trips of jambus, ${CALLS} under way`, together);

  await Promise.all(clusters.map((cluster) => cluster.close()));
  await Promise.all(subjects.map(({ broker }) => broker.close()));
  process.exit();
}

async function natsSubjects(): Promise<Subject[]> {
  const kinds = [
    { name: 'one server', replicas: 1, syncAlways: false },
    { name: 'one server, sync_interval always', replicas: 1, syncAlways: true },
    { name: 'three copies', replicas: 3, syncAlways: false },
    { name: 'three copies, sync_interval always', replicas: 3, syncAlways: true },
  ];
  return Promise.all(kinds.map(async ({ name, ...options }) => ({ name, broker: await natsBenchBroker(options) })));
}

async function kafkaSubjects(): Promise<Subject[]> {
  const kinds = [
    { name: 'one copy', prefix: 'one', replicas: 1, flushAlways: false },
    { name: 'one copy, flush.messages 1', prefix: 'one-flushed', replicas: 1, flushAlways: true },
    { name: 'three copies', prefix: 'three', replicas: 3, flushAlways: false },
    { name: 'three copies, flush.messages 1', prefix: 'three-flushed', replicas: 3, flushAlways: true },
  ];
  const brokers = await kafkaBenchBrokers(kinds);
  return brokers.map((broker, index) => ({ name: kinds[index]?.name ?? '', broker }));
}

/** Lets all take their turns, in both directions, and prints the median of each. The first round warms up and is left out. */
async function compare(what: string, kinds: readonly { readonly name: string; readonly turn: Turn }[]): Promise<void> {
  const reports = kinds.map((): StoredReport[] => []);
  for (const { one: index, round } of turns([...kinds.keys()], ROUNDS + 1)) {
    const report = await kinds[index]?.turn();
    if (report !== undefined && round > 1) reports[index]?.push(report);
  }
  process.stdout.write(`\n${what}\n`);
  const medians = reports.map(medianOf);
  for (const [index, { perSecond, p50Ms, p99Ms }] of medians.entries()) {
    const ratio = perSecond / (medians[0]?.perSecond ?? perSecond);
    const rate = `${Math.round(perSecond)}/s`.padEnd(10) + `× ${ratio.toFixed(2)}`.padEnd(9);
    print(`  ${kinds[index]?.name}`, `${rate}p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms`);
  }
}

function medianOf(reports: readonly StoredReport[]): StoredReport {
  const of = (field: keyof StoredReport) => spreadOf(reports.map((report) => report[field])).median;
  return { perSecond: of('perSecond'), p50Ms: of('p50Ms'), p99Ms: of('p99Ms') };
}

/** Sets up calls, and returns what measures round trips over them. */
async function roundTripsOn(
  broker: BenchBroker,
  cluster: JambusCluster,
): Promise<(count: number, underWay: number) => Promise<TripsReport>> {
  let current: RoundTrips | undefined;
  await broker.listen(
    (callSid) => broker.publish(callSid, APPLICATION),
    (payload) => current?.onStatus(payload),
  );
  const { calls } = await setUpCalls(cluster.websocketUrls, { first: 0, until: { count: CALLS } });
  const callSids = calls.map(({ callSid }) => callSid);
  return (count, underWay) => {
    current = startRoundTrips({
      calls: callSids,
      pace: { underWay },
      until: { count },
      publish: broker.publish,
    });
    return current.done;
  };
}

function reportOf({ count, elapsedMs, p50Ms, p99Ms }: TripsReport): StoredReport {
  return { perSecond: (count / elapsedMs) * 1000, p50Ms, p99Ms };
}

const DISK_WRITES = 500;

/** How fast the disk is on which the brokers keep their data. */
async function measureDisk(): Promise<string> {
  const path = join(tmpdir(), `jambus-bench-${process.pid}`);
  const file = await open(path, 'w');
  const block = Buffer.alloc(4096, 'x');
  const times = new Float64Array(DISK_WRITES);
  for (const index of times.keys()) {
    const startedAt = performance.now();
    await file.write(block);
    await file.datasync();
    times[index] = performance.now() - startedAt;
  }
  await file.close();
  await rm(path);
  times.sort();
  return `p50 ${quantileOf(times, 0.5).toFixed(2)} ms, p99 ${quantileOf(times, 0.99).toFixed(2)} ms`;
}
