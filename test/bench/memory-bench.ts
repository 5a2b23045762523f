import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { print } from './print.ts';
import type { Answer, Task } from './protocol.ts';
import { setUpCalls } from './set-up-calls.ts';
import type { Until } from './trips.ts';

/*
 * What jambus costs on this machine: calls set up a second, memory of an idle call, round trips a second and the CPU of
 * each, latency. The process under test holds gateway, adapter, memory bus and publisher; this one plays jambonz.
 */

const CALLS = 1_000;
const IDLE_CALLS = 2_000;
const ROUND_TRIPS = 100_000;
const UNDER_WAY = 1_000;
const WARM_UP_CALLS = 500;

export interface MemoryBusOptions {
  /** Over which round trips go. */
  readonly calls: number;
  /** Whose memory is measured; at least as many. */
  readonly idleCalls: number;
  /** Of the round trips with many on their way. */
  readonly until: Until;
}

export interface MemoryBusFigures {
  readonly setUpPerSecond: number;
  readonly idleRssKib: number;
  readonly idleHeapKib: number;
  readonly roundTripsPerSecond: number;
  /** Of gateway, adapter, bus and publisher for a round trip. */
  readonly cpuUs: number;
  /** One at a time. */
  readonly calmP50Ms: number;
  readonly calmP99Ms: number;
}

export async function memoryBench(): Promise<void> {
  const figures = await measureMemoryBus({ calls: CALLS, idleCalls: IDLE_CALLS, until: { count: ROUND_TRIPS } });
  print('calls set up', `${Math.round(figures.setUpPerSecond)}/s`);
  print('memory of an idle call, whole process', `${figures.idleRssKib.toFixed(1)} KiB`);
  print('memory of an idle call, heap', `${figures.idleHeapKib.toFixed(1)} KiB`);
  print(`round trips over ${CALLS} calls`, `${Math.round(figures.roundTripsPerSecond)}/s`);
  print('CPU of a round trip', `${figures.cpuUs.toFixed(1)} µs`);
  print('latency, one at a time', `p50 ${figures.calmP50Ms.toFixed(2)} ms, p99 ${figures.calmP99Ms.toFixed(2)} ms`);
}

/** Starts a process with jambus in it, and ends it when all is measured. */
export async function measureMemoryBus(options: MemoryBusOptions): Promise<MemoryBusFigures> {
  const subject = fork(fileURLToPath(new URL('./subject.js', import.meta.url)), { execArgv: ['--expose-gc'] });
  try {
    return await measure(subject, options);
  } finally {
    subject.disconnect();
    await once(subject, 'exit');
  }
}

async function measure(child: ChildProcess, { calls, idleCalls, until }: MemoryBusOptions): Promise<MemoryBusFigures> {
  const { websocketPort } = await next(child, 'listening');
  const urls = [`ws://127.0.0.1:${websocketPort}/bench`];
  // What is compiled and grown once is not what is measured.
  await setUpCalls(urls, { first: 0, until: { count: WARM_UP_CALLS } });

  const before = await ask(child, { kind: 'memory' });
  const idle = await setUpCalls(urls, { first: WARM_UP_CALLS, until: { count: idleCalls } });
  const after = await ask(child, { kind: 'memory' });

  const callSids = idle.calls.slice(0, calls).map(({ callSid }) => callSid);
  const run = (underWay: number, until: Until) => ask(child, { kind: 'round trips', calls: callSids, until, underWay });
  await run(UNDER_WAY / 2, { count: ROUND_TRIPS / 10 });
  const full = await run(UNDER_WAY, until);
  const calm = await run(1, { count: ROUND_TRIPS / 10 });
  const kib = (bytes: number): number => bytes / idleCalls / 1024;
  return {
    setUpPerSecond: (idleCalls / idle.elapsedMs) * 1_000,
    idleRssKib: kib(after.rssBytes - before.rssBytes),
    idleHeapKib: kib(after.heapBytes - before.heapBytes),
    roundTripsPerSecond: (full.count / full.elapsedMs) * 1_000,
    cpuUs: (full.cpuMs * 1_000) / full.count,
    calmP50Ms: calm.p50Ms,
    calmP99Ms: calm.p99Ms,
  };
}

function ask<Kind extends Task['kind']>(
  child: ChildProcess,
  task: Extract<Task, { kind: Kind }>,
): Promise<Extract<Answer, { kind: Kind }>> {
  const answer = next(child, task.kind);
  child.send(task);
  return answer as Promise<Extract<Answer, { kind: Kind }>>;
}

async function next<Kind extends Answer['kind']>(
  child: ChildProcess,
  kind: Kind,
): Promise<Extract<Answer, { kind: Kind }>> {
  const [message] = (await once(child, 'message')) as [Answer];
  if (message.kind !== kind) throw new Error(`expected ${kind}, got ${message.kind}`);
  return message as Extract<Answer, { kind: Kind }>;
}
