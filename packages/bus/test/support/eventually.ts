import { setTimeout as sleep } from 'node:timers/promises';

/** Runs the assertion until it holds; after `withinMs` its own failure is the test's. */
export async function eventually(assertion: () => void | Promise<void>, withinMs = 20_000): Promise<void> {
  const until = performance.now() + withinMs;
  for (;;) {
    try {
      return await assertion();
    } catch (failure) {
      if (performance.now() > until) throw failure;
    }
    await sleep(1);
  }
}

/** Lets everything happen that is ready to happen. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}
