import { setTimeout as delay } from 'node:timers/promises';

/** What `promise` resolves with, or undefined when it takes longer than `ms`. */
export async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  const timeout = new AbortController();
  try {
    return await Promise.race([promise, delay(ms, undefined, { signal: timeout.signal })]);
  } finally {
    timeout.abort();
  }
}
