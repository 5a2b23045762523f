import { type FastCall, startFastCall } from './fast-jambonz.ts';
import type { Until } from './trips.ts';

/** Calls set up side by side. */
const SETUP_WIDTH = 50;

export interface SetUpOptions {
  /** Calls are named `bench-<n>`, counted from here. */
  readonly first: number;
  readonly until: Until;
  /** Left out: 50. */
  readonly sideBySide?: number;
  /** Takes what comes to a call when it has its application. */
  readonly onCommand?: (text: string) => void;
}

/** @param urls take turns */
export async function setUpCalls(
  urls: readonly string[],
  { first, until, sideBySide = SETUP_WIDTH, onCommand }: SetUpOptions,
): Promise<{ readonly calls: FastCall[]; readonly elapsedMs: number }> {
  const calls: FastCall[] = [];
  const startedAt = performance.now();
  let started = 0;
  const isOver = (): boolean =>
    'count' in until ? started >= until.count : performance.now() - startedAt >= until.afterMs;
  const worker = async (): Promise<void> => {
    while (!isOver()) {
      const n = first + started++;
      calls.push(await startFastCall(urls[n % urls.length] as string, `bench-${n}`, onCommand));
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, worker));
  return { calls, elapsedMs: performance.now() - startedAt };
}
