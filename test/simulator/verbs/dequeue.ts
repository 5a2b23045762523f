import type { VerbHost } from './host.ts';
import { takeFromQueue, type Waiter } from './rooms.ts';
import type { VerbRun } from './verb-run.ts';

const LOOK_MS = 1000;

/** Takes out who has waited longest in a queue and connects the two, for as long as a dial would talk. */
export async function runDequeue(run: VerbRun, host: VerbHost): Promise<boolean> {
  const { name, timeout, actionHook } = run.verb.data;
  const waiter = await find(run, String(name), Number(timeout ?? 0) * 1000);
  if (!waiter) {
    if (!run.killed) await host.hook(actionHook, { dequeue_result: 'timeout' }, true);
    return true;
  }
  let leave: () => void = () => undefined;
  waiter.take(
    new Promise((resolve) => {
      leave = resolve;
    }),
  );
  await run.sleep(host.durations.of({ name: 'dial', id: undefined, data: {} }));
  leave();
  await host.hook(actionHook, { dequeue_result: 'complete' }, run.killed !== 'replaced');
  return true;
}

async function find(run: VerbRun, name: string, timeoutMs: number): Promise<Waiter | undefined> {
  for (let waited = 0; !run.killed; waited += LOOK_MS) {
    await run.sleep(LOOK_MS);
    const waiter = run.killed ? undefined : takeFromQueue(name);
    if (waiter) return waiter;
    if (timeoutMs > 0 && waited + LOOK_MS >= timeoutMs) return undefined;
  }
  return undefined;
}
