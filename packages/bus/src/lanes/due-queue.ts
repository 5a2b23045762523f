/** The longest wait a Node timer can be set to, ms; longer ones fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

interface Waiting<T> {
  readonly item: T;
  /** On the clock of `performance.now()`. */
  readonly dueAt: number;
}

/** Items that wait for their time, in a binary heap behind one timer. */
export class DueQueue<T> {
  readonly #onDue: (item: T) => void;
  readonly #heap: Waiting<T>[] = [];
  #timer: NodeJS.Timeout | undefined;
  #timerDueAt = Number.POSITIVE_INFINITY;

  /** @param onDue called once for each item when its time has come */
  constructor(onDue: (item: T) => void) {
    this.#onDue = onDue;
  }

  get size(): number {
    return this.#heap.length;
  }

  /** @param afterMs from now; what is not a number or less than 1 counts as 1, so that nobody can spin */
  add(item: T, afterMs: number): void {
    const dueAt = performance.now() + (Number.isFinite(afterMs) ? Math.max(afterMs, 1) : 1);
    this.#heap.push({ item, dueAt });
    this.#rise(this.#heap.length - 1);
    this.#arm();
  }

  /** Forgets everything that waits. */
  clear(): void {
    this.#heap.length = 0;
    this.#disarm();
  }

  #arm(): void {
    const first = this.#heap[0];
    if (first === undefined) {
      this.#disarm();
    } else if (first.dueAt < this.#timerDueAt) {
      this.#disarm();
      this.#timerDueAt = first.dueAt;
      const waitMs = Math.ceil(first.dueAt - performance.now());
      this.#timer = setTimeout(() => this.#fire(), Math.min(waitMs, LONGEST_TIMER_MS));
    }
  }

  #disarm(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timerDueAt = Number.POSITIVE_INFINITY;
  }

  #fire(): void {
    this.#disarm();
    const now = performance.now();
    for (let first = this.#heap[0]; first !== undefined && first.dueAt <= now; first = this.#heap[0]) {
      this.#removeFirst();
      this.#onDue(first.item);
    }
    this.#arm();
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #rise(from: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (this.#dueAt(parent) <= this.#dueAt(index)) return;
      this.#swap(parent, index);
      index = parent;
    }
  }

  #sink(from: number): void {
    let index = from;
    for (;;) {
      const left = 2 * index + 1;
      const child = this.#dueAt(left + 1) < this.#dueAt(left) ? left + 1 : left;
      if (this.#dueAt(index) <= this.#dueAt(child)) return;
      this.#swap(index, child);
      index = child;
    }
  }

  /** Past the end of the heap nothing is ever due, which is what ends `#sink`. */
  #dueAt(index: number): number {
    return this.#heap[index]?.dueAt ?? Number.POSITIVE_INFINITY;
  }

  #swap(a: number, b: number): void {
    const first = this.#heap[a];
    const second = this.#heap[b];
    if (first === undefined || second === undefined) return;
    this.#heap[a] = second;
    this.#heap[b] = first;
  }
}
