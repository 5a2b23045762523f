/** How often waiting records are looked over. A publisher has to be told within a second of the expiry. */
const SWEEP_MS = 250;

/** Records that wait behind another one of their call, and the time at which their life ends. One timer serves all. */
export class OverdueWatch<T> {
  readonly #expiresAt: (item: T) => number;
  readonly #onOverdue: (item: T) => void;
  /** With the time of expiry, ms since the epoch; undefined until somebody looks, since most records wait for moments only. */
  readonly #waiting = new Map<T, number | undefined>();
  #sweep: NodeJS.Timeout | undefined;

  /**
   * @param expiresAt ms since the epoch; asked for once for each item, and only when it has waited for some time
   * @param onOverdue called once for an item whose time is over; it is no longer watched then
   */
  constructor(expiresAt: (item: T) => number, onOverdue: (item: T) => void) {
    this.#expiresAt = expiresAt;
    this.#onOverdue = onOverdue;
  }

  watch(item: T): void {
    this.#waiting.set(item, undefined);
    this.#sweep ??= setInterval(() => this.#look(), SWEEP_MS);
  }

  forget(item: T): void {
    this.#waiting.delete(item);
  }

  clear(): void {
    this.#waiting.clear();
    clearInterval(this.#sweep);
    this.#sweep = undefined;
  }

  #look(): void {
    if (this.#waiting.size === 0) {
      this.clear();
      return;
    }
    const now = Date.now();
    const overdue: T[] = [];
    for (const [item, known] of this.#waiting) {
      const expiresAt = known ?? this.#expiresAt(item);
      if (known === undefined) this.#waiting.set(item, expiresAt);
      if (expiresAt <= now) overdue.push(item);
    }
    for (const item of overdue) {
      this.#waiting.delete(item);
      this.#onOverdue(item);
    }
  }
}
