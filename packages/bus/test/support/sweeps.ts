/** Intervals that come due when the test says so. */
export interface Sweeps {
  /** Lets one interval of everybody pass. */
  sweep(): void;
  readonly running: number;
  restore(): void;
}

/** Takes the place of `setInterval` until `restore`, so that a test does not have to wait for a sweep. */
export function sweepsByHand(): Sweeps {
  const { setInterval, clearInterval } = globalThis;
  const callbacks = new Map<number, () => void>();
  let last = 0;
  const begin = (callback: () => void): number => {
    callbacks.set(++last, callback);
    return last;
  };
  Object.assign(globalThis, { setInterval: begin, clearInterval: (id: number) => callbacks.delete(id) });
  return {
    sweep() {
      for (const callback of [...callbacks.values()]) callback();
    },
    get running() {
      return callbacks.size;
    },
    restore: () => Object.assign(globalThis, { setInterval, clearInterval }),
  };
}
