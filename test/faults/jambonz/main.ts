import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { writeLines } from '../history/index.ts';
import { FakeCall, type Notes } from './fake-call.ts';
import type { Answer, Task } from './protocol.ts';

/*
 * Plays jambonz for all calls of a run, as a process of its own, so that nothing else takes its time.
 */

const GONE_WITHIN_MS = 20_000;
const POLL_MS = 50;

const notes: Notes = { sockets: [], writes: [], sayings: [] };
const calls: FakeCall[] = [];

process.on('message', (task: Task) => {
  void take(task);
});
process.on('disconnect', () => process.exit());

async function take(task: Task): Promise<void> {
  switch (task.kind) {
    case 'begin':
      await begin(task);
      answer({ kind: 'all answered' });
      break;
    case 'read on':
      for (const call of calls) call.readOn();
      break;
    case 'hang up':
      for (const call of calls) call.hangUp();
      answer({ kind: 'all gone', left: await goneWithin(GONE_WITHIN_MS) });
      break;
    case 'write':
      for (const name of ['sockets', 'writes', 'sayings'] as const) {
        await writeLines(join(task.folder, `${name}.ndjson`), notes[name]);
      }
      answer({ kind: 'written' });
      break;
  }
}

async function begin({ urls, plan }: Extract<Task, { kind: 'begin' }>): Promise<void> {
  for (const one of plan) {
    if (one.kind === 'unknown') continue;
    const call = new FakeCall(one, urls, notes);
    calls.push(call);
    setTimeout(() => call.begin(), one.beginsAt);
  }
  await Promise.all(calls.map(({ answered }) => answered));
}

/** @returns how many calls are still there */
async function goneWithin(ms: number): Promise<number> {
  const until = Date.now() + ms;
  for (;;) {
    const left = calls.filter(({ gone }) => !gone).length;
    if (left === 0 || Date.now() > until) return left;
    await delay(POLL_MS);
  }
}

function answer(message: Answer): void {
  process.send?.(message);
}
