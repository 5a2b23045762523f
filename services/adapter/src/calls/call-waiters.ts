import { AbortWatch } from '../abort-watch.ts';

interface Waiter {
  readonly untilMs: number;
  wake(): void;
}

const SWEEP_MS = 100;

/** Those who wait for news of a call. One timer serves all. */
export interface CallWaiters {
  /** Resolves at the next news of the call, at `untilMs` (since the epoch), or when `signal` aborts. */
  wait(callSid: string, untilMs: number, signal: AbortSignal): Promise<void>;
  wake(callSid: string): void;
  wakeAll(): void;
  close(): void;
}

export function createCallWaiters(): CallWaiters {
  const waiters = new Map<string, Set<Waiter>>();
  const aborts = new AbortWatch();

  const wake = (callSid: string): void => {
    for (const waiter of [...(waiters.get(callSid) ?? [])]) waiter.wake();
  };
  const wakeAll = (): void => {
    for (const callSid of [...waiters.keys()]) wake(callSid);
  };
  const sweep = setInterval(() => {
    const now = Date.now();
    for (const set of [...waiters.values()]) for (const waiter of [...set]) if (waiter.untilMs <= now) waiter.wake();
  }, SWEEP_MS);

  return {
    wait(callSid, untilMs, signal) {
      return new Promise((resolve) => {
        if (signal.aborted) {
          resolve();
          return;
        }
        const set = waiters.get(callSid) ?? new Set();
        const waiter: Waiter = {
          untilMs,
          wake() {
            aborts.delete(signal, waiter.wake);
            set.delete(waiter);
            if (set.size === 0 && waiters.get(callSid) === set) waiters.delete(callSid);
            resolve();
          },
        };
        aborts.add(signal, waiter.wake);
        set.add(waiter);
        waiters.set(callSid, set);
      });
    },
    wake,
    wakeAll,
    close() {
      clearInterval(sweep);
      wakeAll();
    },
  };
}
