/** A timer that can be stopped; stopping twice does no harm. */
export interface Timer {
  stop(): void;
}

/** The clock of a call's verbs and caller, which may run faster than the wall's. */
export class Clock {
  readonly speed: number;

  /** @param speed how many simulated ms pass in a real one; 20 makes a 2 s pause last 100 ms. */
  constructor(speed: number) {
    this.speed = speed;
  }

  /** Runs `action` after `ms` of this clock. */
  after(ms: number, action: () => void): Timer {
    const timer = setTimeout(action, ms / this.speed);
    return { stop: () => clearTimeout(timer) };
  }

  /** Milliseconds of this clock since some fixed moment. */
  now(): number {
    return performance.now() * this.speed;
  }
}
