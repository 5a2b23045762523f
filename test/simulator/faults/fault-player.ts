import type { Clock, Timer } from '../clock.ts';
import type { FaultKind, FaultStep } from '../script/script.ts';

/** Makes a script's faults happen when they are due. */
export class FaultPlayer {
  readonly #steps: readonly FaultStep[];
  readonly #perform: (fault: FaultKind) => void;
  readonly #timers: Timer[] = [];
  #messages = 0;

  constructor(steps: readonly FaultStep[], perform: (fault: FaultKind) => void) {
    this.#steps = steps;
    this.#perform = perform;
  }

  /** The call's first socket is open. */
  start(clock: Clock): void {
    for (const { fault, due } of this.#steps) {
      if ('afterMs' in due) this.#timers.push(clock.after(due.afterMs, () => this.#perform(fault)));
    }
  }

  /** Another message came from the server. */
  onMessage(): void {
    if (this.#steps.length === 0) return;
    this.#messages += 1;
    for (const { fault, due } of this.#steps) {
      if ('message' in due && due.message === this.#messages) this.#perform(fault);
    }
  }

  stop(): void {
    for (const timer of this.#timers) timer.stop();
  }
}
