import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { startJambusCluster } from '../../cluster/jambus-cluster.ts';
import { parseScript, type SimulatedCall, startCalls } from '../../simulator/index.ts';
import { startPeer } from '../compare/peer-process.ts';
import { ready } from '../compare/system.ts';
import { kafkaBenchBroker } from '../kafka-bench-broker.ts';
import { natsBenchBroker } from '../nats-bench-broker.ts';
import { print } from '../print.ts';
import { cpuMs, cpuMsOfAll } from '../process-counters.ts';
import { type ServingProcess, startServing } from './serving-process.ts';

const BROKERS = { nats: natsBenchBroker, kafka: kafkaBenchBroker } as const;
const CALLS = 1_000;
/** A second: about what the SDK of the platform carries on one core. */
const RATE = 12;
/** What the first caller takes beyond the time until the last one has come, ms. */
const LONGER_MS = 2_000;
const WARM_UP_CALLS = 50;
const LOOK_MS = 100;

/** Somebody who thinks before each answer. */
const orders = (thinksMs: number) =>
  parseScript({
    caller: [
      { onVerb: 'gather', digits: '1', delay: thinksMs },
      { onVerb: 'gather', speech: 'One margherita', delay: 2_000 },
    ],
  });
const HEARS = ["Welcome to Mario's!", 'What would you like?', 'One margherita? Coming up!'];

/** What so many calls at a time have cost. */
interface Figures {
  readonly atOnce: number;
  readonly right: number;
  readonly cpuMsPerCall: number;
  /** Beyond what the process had before, per call at a time. */
  readonly kibPerCall: number;
  /** CPU of the other processes of the system, ms per call. */
  readonly beside: number | undefined;
}

/**
 * A service that takes orders by phone: with `@jambus/client` on a bus, and with `@jambonz/sdk` on the websockets themselves; the same
 * load for both, one after the other.
 *
 * @param bus `nats` or `kafka`
 * @throws Error when it is none of these
 */
export async function callsBench(bus = 'nats', calls = String(CALLS)): Promise<void> {
  if (bus !== 'nats' && bus !== 'kafka')
    throw new Error(`there is no bench of calls on "${bus}"; there are nats and kafka`);
  const count = Number(calls);
  const broker = await BROKERS[bus]();
  print('broker', broker.name);
  print('calls', `${count}, ${RATE} more a second`);
  try {
    const cluster = await startJambusCluster({ gateways: 1, adapters: 1, bus: broker.settings, directLinks: true });
    await Promise.all(cluster.adminUrls.map((url) => ready(url)));
    const [address] = (broker.settings['JAMBUS_NATS_URL'] ?? broker.settings['JAMBUS_KAFKA_BROKERS'] ?? '').split(',');
    const service = await startServing(bus, address ?? '');
    const others = [...cluster.gateways, ...cluster.adapters].map(({ pid }) => pid);
    told('@jambus/client', await measured(service, cluster.websocketUrl, count, others));
    await service.kill();
    await cluster.close();
  } finally {
    await broker.close();
  }
  const peer = await startPeer('order', { bus: 'sdk', servers: '', prefix: '' });
  told('@jambonz/sdk', await measured(peer, `${peer.websocketUrl}ivr`, count, []));
  await peer.kill();
  process.exit();
}

async function measured(
  service: Pick<ServingProcess, 'pid'>,
  url: string,
  count: number,
  others: readonly number[],
): Promise<Figures> {
  await served(url, WARM_UP_CALLS, LONGER_MS);
  const before = { cpu: await cpuMs(service.pid), others: await cpuMsOfAll(others), kib: await kibOf(service.pid) };
  let peak = before.kib;
  const looking = setInterval(() => {
    void kibOf(service.pid).then((kib) => {
      peak = Math.max(peak, kib);
    });
  }, LOOK_MS);
  const { atOnce, right } = await served(url, count, (count / RATE) * 1_000 + LONGER_MS);
  clearInterval(looking);
  return {
    atOnce,
    right,
    cpuMsPerCall: ((await cpuMs(service.pid)) - before.cpu) / count,
    kibPerCall: (peak - before.kib) / atOnce,
    beside: others.length === 0 ? undefined : ((await cpuMsOfAll(others)) - before.others) / count,
  };
}

/** Places calls, and counts those whose callers heard what they are to hear. */
async function served(url: string, count: number, thinksMs: number) {
  const placed: SimulatedCall[] = [];
  const options = { url, script: orders(thinksMs), logLimit: 16, calls: count, rate: RATE };
  const load = startCalls({ ...options, onCall: (call) => placed.push(call) });
  let atOnce = 0;
  const looking = setInterval(() => {
    atOnce = Math.max(atOnce, load.calls.size);
  }, LOOK_MS);
  await load.done;
  clearInterval(looking);
  await delay(LOOK_MS);
  return { atOnce, right: placed.filter((call) => isRight(call)).length };
}

function isRight({ state }: SimulatedCall): boolean {
  const heard = state.verbs.items.flatMap(({ data }) => {
    const say = data['say'] as { readonly text?: string } | undefined;
    return [data['text'], say?.text].filter((text) => text !== undefined);
  });
  return heard.join() === HEARS.join();
}

async function kibOf(pid: number): Promise<number> {
  return Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

function told(name: string, { atOnce, right, cpuMsPerCall, kibPerCall, beside }: Figures): void {
  print(`${name}: calls at a time, and right ones`, `${atOnce}, ${right}`);
  print(`${name}: CPU of the service, ms a call`, cpuMsPerCall.toFixed(2));
  print(`${name}: memory of the service, KiB a call`, kibPerCall.toFixed(0));
  if (beside !== undefined) print('gateway and adapter: CPU, ms a call', beside.toFixed(2));
}
