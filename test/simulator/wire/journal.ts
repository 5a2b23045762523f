/** A list that keeps its newest entries only, and counts all. */
export class Journal<T> {
  readonly #limit: number;
  readonly #items: T[] = [];
  #total = 0;

  /** @param limit how many entries are kept; 0 keeps none. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  push(item: T): void {
    this.#total += 1;
    if (this.#limit === 0) return;
    this.#items.push(item);
    // Trimmed in bulk, so that a full journal costs no shift per entry.
    if (this.#items.length >= 2 * this.#limit) this.#items.splice(0, this.#items.length - this.#limit);
  }

  /** The newest entries, oldest first. */
  get items(): readonly T[] {
    return this.#items.length > this.#limit ? this.#items.slice(-this.#limit) : this.#items;
  }

  /** How many were ever pushed. */
  get total(): number {
    return this.#total;
  }
}
