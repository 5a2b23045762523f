import { startHotPath } from './hot-path.ts';
import { createReferenceLoop } from './reference-loop.ts';
import type { Round } from './rounds.ts';

/*
 * The process that is measured: rounds of a burst over the hot path and of the reference loop, in turns of some milliseconds, so
 * that what else the machine does falls on both. Started by guard-bench.ts.
 */

const CALLS = 200;
/** Compilers and memories of calls are as they stay after that. */
const WARM_UP_ROUNDS = 60;
const ROUNDS = 80;

const hotPath = await startHotPath(CALLS);
const reference = createReferenceLoop();
const rounds: Round[] = [];
for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
  const hotPathUs = await cpuOf(() => hotPath.burst());
  const referenceUs = await cpuOf(() => reference(CALLS));
  if (round >= WARM_UP_ROUNDS) rounds.push({ hotPathUs: hotPathUs / CALLS, referenceUs: referenceUs / CALLS });
}
// An orderly end would take seconds, and says nothing here.
process.send?.(rounds, () => process.exit());

/** CPU of this process, all its threads, µs. Young garbage goes before, so that nobody clears away what another has left. */
async function cpuOf(work: () => Promise<unknown>): Promise<number> {
  globalThis.gc?.({ type: 'minor', execution: 'sync' });
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
