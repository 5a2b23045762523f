import { type FastCall, startFastCall } from './fast-jambonz.ts';

/** Calls set up side by side. */
const SETUP_WIDTH = 50;

/** Sets up calls named `bench-<n>`, counted from `first`. */
export async function setUpCalls(
  url: string,
  first: number,
  count: number,
): Promise<{ readonly calls: FastCall[]; readonly elapsedMs: number }> {
  const calls: FastCall[] = [];
  const startedAt = performance.now();
  let started = 0;
  const worker = async (): Promise<void> => {
    while (started < count) calls.push(await startFastCall(url, `bench-${first + started++}`));
  };
  await Promise.all(Array.from({ length: SETUP_WIDTH }, worker));
  return { calls, elapsedMs: performance.now() - startedAt };
}
