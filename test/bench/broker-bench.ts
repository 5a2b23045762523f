import { setTimeout as delay } from 'node:timers/promises';
import { type JambusCluster, startJambusCluster } from '../cluster/jambus-cluster.ts';
import type { BenchBroker } from './bench-broker.ts';
import { print } from './print.ts';
import { cpuMs } from './process-counters.ts';
import { type RoundTrips, startRoundTrips } from './round-trips.ts';
import { setUpCalls } from './set-up-calls.ts';
import type { TripsReport } from './trips.ts';

const CALLS = 1_000;
const ROUND_TRIPS = 100_000;
const UNDER_WAY = 1_000;
/** A load at which nothing queues up for want of CPU. */
const FEW_UNDER_WAY = 8;
const WAITING_CALLS = 2_500;
const WAITING_PER_CALL = 4;
const WAITING_COMMAND = '{"type":"command","command":"redirect","data":[{"verb":"say","text":"anybody there?"}]}';
const APPLICATION = Buffer.from('{"type":"command","command":"redirect","data":[{"verb":"say","text":"welcome"}]}');

/**
 * Round trips over a real broker: gateway, adapter and broker are processes of their own, and this one is jambonz and the
 * microservice. CPU is what the processes have used, so it holds however busy the machine is; the rates do not.
 *
 * @throws Error where there is no /proc
 */
export async function brokerBench(startBroker: () => Promise<BenchBroker>): Promise<void> {
  const broker = await startBroker();
  const cluster = await startJambusCluster({ gateways: 1, adapters: 1, bus: broker.settings });
  try {
    await measure(broker, cluster);
  } finally {
    await cluster.close();
    await broker.close();
  }
  process.exit();
}

async function measure(broker: BenchBroker, cluster: JambusCluster): Promise<void> {
  const [gateway, adapter] = [cluster.gateways[0]?.pid ?? 0, cluster.adapters[0]?.pid ?? 0];
  let current: RoundTrips | undefined;
  await broker.listen(
    (callSid) => broker.publish(callSid, APPLICATION),
    (payload) => current?.onStatus(payload),
  );
  const { calls, elapsedMs } = await setUpCalls(cluster.websocketUrls, { first: 0, until: { count: CALLS } });
  const callSids = calls.map(({ callSid }) => callSid);
  const run = async (count: number, underWay: number): Promise<TripsReport> => {
    current = startRoundTrips({
      calls: callSids,
      pace: { underWay },
      until: { count },
      publish: broker.publish,
    });
    return current.done;
  };
  await run(ROUND_TRIPS / 10, UNDER_WAY);

  const pids = [gateway, adapter, broker.pid];
  const before = await Promise.all(pids.map(cpuMs));
  const full = await run(ROUND_TRIPS, UNDER_WAY);
  const after = await Promise.all(pids.map(cpuMs));
  const [gatewayUs = 0, adapterUs = 0, brokerUs = 0] = after.map(
    (ms, index) => ((ms - (before[index] ?? 0)) * 1000) / full.count,
  );
  const calm = await run(ROUND_TRIPS / 20, 1);
  const without = await run(ROUND_TRIPS / 10, FEW_UNDER_WAY);
  await letCommandsWait(cluster.websocketUrls, broker);
  const waiting = await run(ROUND_TRIPS / 10, FEW_UNDER_WAY);

  print('bus', broker.name);
  print('calls set up', `${Math.round((CALLS / elapsedMs) * 1000)}/s`);
  print(`round trips over ${CALLS} calls`, `${Math.round((full.count / full.elapsedMs) * 1000)}/s`);
  print('CPU of a round trip, gateway and adapter', `${gatewayUs.toFixed(1)} + ${adapterUs.toFixed(1)} µs`);
  print('CPU of a round trip, broker', `${brokerUs.toFixed(1)} µs`);
  const p99s = `${without.p99Ms.toFixed(2)} ms without, ${waiting.p99Ms.toFixed(2)} ms with`;
  print(`p99, ${WAITING_CALLS * WAITING_PER_CALL} commands of others waiting`, p99s);
  print('latency, one at a time', `p50 ${calm.p50Ms.toFixed(2)} ms, p99 ${calm.p99Ms.toFixed(2)} ms`);
}

/** Commands that wait for calls whose websocket is gone, which must take nothing from the others. */
async function letCommandsWait(urls: readonly string[], broker: BenchBroker): Promise<void> {
  const { calls } = await setUpCalls(urls, { first: CALLS, until: { count: WAITING_CALLS } });
  for (const call of calls) call.vanish();
  await delay(1_000);
  for (let n = 0; n < WAITING_PER_CALL; n++) {
    for (const { callSid } of calls) broker.publish(callSid, Buffer.from(WAITING_COMMAND));
    await delay(200);
  }
  await delay(1_000);
}
