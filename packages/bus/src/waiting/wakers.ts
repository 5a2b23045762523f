/** Those who wait for something: a message, or room for one. A woken one looks for itself and waits again if need be. */
export class Wakers {
  #waiting = new Set<() => void>();

  /** Resolves at the next `wake()`, or when `signal` aborts. */
  wait(signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        this.#waiting.delete(done);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      this.#waiting.add(done);
      signal?.addEventListener('abort', done);
    });
  }

  wake(): void {
    for (const done of this.#waiting) done();
  }
}
