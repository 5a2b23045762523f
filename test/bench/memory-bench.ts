import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { print } from './print.ts';
import type { Answer, Task } from './protocol.ts';
import { setUpCalls } from './set-up-calls.ts';

/*
 * What jambus costs on this machine: calls set up a second, memory of an idle call, round trips a second and the CPU of
 * each, latency. The process under test holds gateway, adapter, memory bus and publisher; this one plays jambonz.
 */

const CALLS = 1_000;
const IDLE_CALLS = 2_000;
const ROUND_TRIPS = 100_000;

export async function memoryBench(): Promise<void> {
  const subject = fork(fileURLToPath(new URL('./subject.js', import.meta.url)), { execArgv: ['--expose-gc'] });
  try {
    await bench(subject);
  } finally {
    subject.disconnect();
    await once(subject, 'exit');
  }
}

async function bench(child: ChildProcess): Promise<void> {
  const { websocketPort } = await next(child, 'listening');
  const url = `ws://127.0.0.1:${websocketPort}/bench`;
  // What is compiled and grown once is not what is measured.
  await setUpCalls(url, 0, 500);

  const before = await ask(child, { kind: 'memory' });
  const idle = await setUpCalls(url, 500, IDLE_CALLS);
  const after = await ask(child, { kind: 'memory' });
  print('calls set up', `${Math.round((IDLE_CALLS / idle.elapsedMs) * 1000)}/s`);
  print('memory of an idle call, whole process', kib((after.rssBytes - before.rssBytes) / IDLE_CALLS));
  print('memory of an idle call, heap', kib((after.heapBytes - before.heapBytes) / IDLE_CALLS));

  const calls = idle.calls.slice(0, CALLS).map(({ callSid }) => callSid);
  await ask(child, { kind: 'round trips', calls, count: ROUND_TRIPS / 10, underWay: 500 });
  const full = await ask(child, { kind: 'round trips', calls, count: ROUND_TRIPS, underWay: 1_000 });
  print(`round trips over ${CALLS} calls`, `${Math.round((full.count / full.elapsedMs) * 1000)}/s`);
  print('CPU of a round trip', `${((full.cpuMs * 1000) / full.count).toFixed(1)} µs`);
  const calm = await ask(child, { kind: 'round trips', calls, count: ROUND_TRIPS / 10, underWay: 1 });
  print('latency, one at a time', `p50 ${calm.p50Ms.toFixed(2)} ms, p99 ${calm.p99Ms.toFixed(2)} ms`);
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

function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`;
}
