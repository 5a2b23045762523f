/**
 * Who wants to be told when a signal aborts. Many wait under the signal of one partition, and an `AbortSignal` looks through
 * all its listeners each time one is added, so it has one of this watch.
 */
export class AbortWatch {
  readonly #watched = new WeakMap<AbortSignal, Set<() => void>>();

  add(signal: AbortSignal, onAbort: () => void): void {
    const known = this.#watched.get(signal);
    if (known !== undefined) {
      known.add(onAbort);
      return;
    }
    const listeners = new Set([onAbort]);
    this.#watched.set(signal, listeners);
    const tellAll = (): void => {
      for (const listener of [...listeners]) listener();
    };
    signal.addEventListener('abort', tellAll, { once: true });
  }

  delete(signal: AbortSignal, onAbort: () => void): void {
    this.#watched.get(signal)?.delete(onAbort);
  }
}
