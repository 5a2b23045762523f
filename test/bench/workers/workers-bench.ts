import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type JambusCluster, startJambusCluster } from '../../cluster/jambus-cluster.ts';
import type { JambusProcess } from '../../fixtures/index.ts';
import type { BenchBroker } from '../bench-broker.ts';
import { ready } from '../compare/system.ts';
import { kafkaBenchBroker } from '../kafka-bench-broker.ts';
import { natsBenchBroker } from '../nats-bench-broker.ts';
import { print } from '../print.ts';
import { type RoundTrips, startRoundTrips } from '../round-trips.ts';
import { setUpCalls } from '../set-up-calls.ts';
import { spreadOf } from '../statistics.ts';
import { turns } from '../turns.ts';
import { type CpuQuota, limitCpu } from './cpu-quota.ts';

const BROKERS: Readonly<Record<string, () => Promise<BenchBroker>>> = {
  nats: natsBenchBroker,
  kafka: kafkaBenchBroker,
};
/** So little that load and broker have the rest of two cores and are not the limit, whatever the number of workers. */
const SHARE_OF_A_CORE = 0.15;
const ROUNDS = 3;
const CALLS = 400;
const WARM_UP_MS = 6_000;
const MEASURED_MS = 10_000;
/** Workers end when the process that started them is gone. */
const WORKERS_GONE_MS = 2_000;
const APPLICATION = Buffer.from('{"type":"command","command":"redirect","data":[{"verb":"say","text":"welcome"}]}');

/**
 * Round trips a second of one gateway and one adapter, with one worker each and with two. Every worker has the same small share of
 * a core, as it would have a whole one on a larger machine.
 *
 * @param bus `nats` or `kafka`
 * @throws Error when it is none of these, and where the CPU of a process cannot be bounded
 */
export async function workersBench(bus = 'nats'): Promise<void> {
  const start = BROKERS[bus];
  if (start === undefined) throw new Error(`there is no bench of workers on "${bus}"; there are nats and kafka`);
  const broker = await start();
  let current: RoundTrips | undefined;
  await broker.listen(
    (callSid) => broker.publish(callSid, APPLICATION),
    (payload) => current?.onStatus(payload),
  );
  const run = async (calls: readonly string[], afterMs: number): Promise<number> => {
    const pace = { underWay: calls.length };
    current = startRoundTrips({ calls, pace, until: { afterMs }, publish: broker.publish });
    const { count, elapsedMs } = await current.done;
    return (count / elapsedMs) * 1_000;
  };
  let first = 0;
  const rates = new Map<number, number[]>([
    [1, []],
    [2, []],
  ]);
  try {
    for (const { one: workers } of turns([1, 2], ROUNDS)) {
      const rate = await withWorkers(broker, workers, async (cluster) => {
        const { calls } = await setUpCalls(cluster.websocketUrls, { first, until: { count: CALLS }, sideBySide: 10 });
        first += CALLS;
        const callSids = calls.map(({ callSid }) => callSid);
        await run(callSids, WARM_UP_MS);
        const perSecond = await run(callSids, MEASURED_MS);
        for (const call of calls) call.vanish();
        return perSecond;
      });
      rates.get(workers)?.push(rate);
    }
  } finally {
    await broker.close();
  }
  print('bus', broker.name);
  for (const [workers, values] of rates) {
    const { median, min, max } = spreadOf(values);
    const words = `${Math.round(median)}/s (${Math.round(min)} to ${Math.round(max)})`;
    print(`round trips, ${workers} of ${SHARE_OF_A_CORE} core per service`, words);
  }
  const [one = [], two = []] = [...rates.values()];
  print('two workers in place of one', `× ${(spreadOf(two).median / spreadOf(one).median).toFixed(2)}`);
  process.exit();
}

async function withWorkers(
  broker: BenchBroker,
  workers: number,
  measure: (cluster: JambusCluster) => Promise<number>,
): Promise<number> {
  const cluster = await startJambusCluster({
    gateways: 1,
    adapters: 1,
    bus: broker.settings,
    workers,
    directLinks: true,
  });
  const quotas: CpuQuota[] = [];
  try {
    // Each says so when all are.
    await Promise.all(cluster.adminUrls.map((url) => ready(url)));
    const pids = await Promise.all([...cluster.gateways, ...cluster.adapters].map((one) => workersOf(one, workers)));
    for (const pid of pids.flat()) quotas.push(await limitCpu(pid, SHARE_OF_A_CORE));
    return await measure(cluster);
  } finally {
    await cluster.close();
    await delay(WORKERS_GONE_MS);
    for (const quota of quotas) await quota.release();
  }
}

/** The processes that do the work. */
async function workersOf(service: JambusProcess, count: number): Promise<readonly number[]> {
  if (count === 1) return [service.pid];
  const children = await readFile(`/proc/${service.pid}/task/${service.pid}/children`, 'utf8');
  const pids = children.trim().split(' ').map(Number);
  if (pids.length !== count) throw new Error(`found ${pids.length} workers, expected ${count}`);
  return pids;
}
