import type { Clock } from '../clock.ts';
import type { Verb } from './application.ts';
import type { Signal } from './signal.ts';

/**
 * Why a verb ends before its time: other verbs replace it, the call is over, or it alone is ended and those behind it go on.
 */
export type KillReason = 'replaced' | 'hangup' | 'skipped';

/** One verb while it executes. */
export class VerbRun {
  readonly verb: Verb;
  readonly #clock: Clock;
  readonly #wakers = new Set<() => void>();
  #killed: KillReason | undefined;
  #handle: ((signal: Signal) => boolean) | undefined;

  constructor(verb: Verb, clock: Clock) {
    this.verb = verb;
    this.#clock = clock;
  }

  get killed(): KillReason | undefined {
    return this.#killed;
  }

  /** Ends a {@link sleep}; what the verb asked the server goes on. */
  kill(reason: KillReason): void {
    if (this.#killed) return;
    this.#killed = reason;
    this.#wakeAll();
  }

  /** Waits for simulated `ms`, for ever if Infinity, or until the verb is killed or {@link wake woken}. */
  sleep(ms: number): Promise<void> {
    if (this.#killed || ms <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        timer?.stop();
        this.#wakers.delete(wake);
        resolve();
      };
      const timer = ms === Number.POSITIVE_INFINITY ? undefined : this.#clock.after(ms, wake);
      this.#wakers.add(wake);
    });
  }

  /** Ends a sleep before its time, for the verb's own reasons. */
  wake(): void {
    this.#wakeAll();
  }

  /** The value of `promise`, or undefined as soon as the verb is killed. */
  async unlessKilled<T>(promise: Promise<T>): Promise<T | undefined> {
    if (this.#killed) return undefined;
    return new Promise((resolve, reject) => {
      const wake = () => {
        if (!this.#killed) return;
        this.#wakers.delete(wake);
        resolve(undefined);
      };
      this.#wakers.add(wake);
      promise.finally(() => this.#wakers.delete(wake)).then(resolve, reject);
    });
  }

  /** What the verb does when something happens to it; false when that has no effect. */
  onSignal(handle: (signal: Signal) => boolean): void {
    this.#handle = handle;
  }

  /** Something happens; false when this verb makes nothing of it. */
  signal(signal: Signal): boolean {
    return this.#handle?.(signal) ?? false;
  }

  #wakeAll(): void {
    for (const wake of [...this.#wakers]) wake();
  }
}
