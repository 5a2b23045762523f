import type { Clock } from '../clock.ts';
import type { Verb } from './application.ts';

/** Why a verb ends before its time: other verbs replace it, or the call is over. */
export type KillReason = 'replaced' | 'hangup';

/** One verb while it executes. */
export class VerbRun {
  readonly verb: Verb;
  readonly #clock: Clock;
  #killed: KillReason | undefined;
  #wake: (() => void) | undefined;

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
    this.#wake?.();
  }

  /** Waits for simulated `ms`, for ever if Infinity, or until the verb is killed. */
  sleep(ms: number): Promise<void> {
    if (this.#killed || ms <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = ms === Number.POSITIVE_INFINITY ? undefined : this.#clock.after(ms, resolve);
      this.#wake = () => {
        timer?.stop();
        resolve();
      };
    });
  }
}
