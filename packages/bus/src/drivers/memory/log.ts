/** How much a log keeps. */
export interface Retention {
  readonly maxRecords: number;
  readonly maxBytes: number;
}

/** Anything that knows its size in bytes. */
export interface Sized {
  readonly bytes: number;
}

const SMALLEST_CAPACITY = 64;

/**
 * Records in the order they came, each with an offset for ever, counted from 0. Old ones can be dropped from the front;
 * appending, reading and dropping are O(1). The caller keeps the bounds: `isFull` and `drop` are for that.
 */
export class Log<T extends Sized> {
  readonly #retention: Retention;
  #slots: (T | undefined)[] = new Array(SMALLEST_CAPACITY);
  #first = 0;
  #next = 0;
  #bytes = 0;

  constructor(retention: Retention) {
    this.#retention = retention;
  }

  /** Offset of the oldest record kept; equal to `nextOffset` when there is none. */
  get firstOffset(): number {
    return this.#first;
  }

  /** Offset of the next record to come. */
  get nextOffset(): number {
    return this.#next;
  }

  /** Size of the records kept, bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether a record of this size is more than the log keeps. An empty log takes any record. */
  isFullFor(bytes: number): boolean {
    const count = this.#next - this.#first;
    return count > 0 && (count >= this.#retention.maxRecords || this.#bytes + bytes > this.#retention.maxBytes);
  }

  append(record: T): number {
    if (this.#next - this.#first === this.#slots.length) this.#grow();
    const offset = this.#next++;
    this.#slots[offset % this.#slots.length] = record;
    this.#bytes += record.bytes;
    return offset;
  }

  /** The record at an offset; undefined when it is not kept any more or has not come yet. */
  at(offset: number): T | undefined {
    if (offset < this.#first || offset >= this.#next) return undefined;
    return this.#slots[offset % this.#slots.length];
  }

  /** Drops every record before this offset. */
  dropBefore(offset: number): void {
    const end = Math.min(offset, this.#next);
    while (this.#first < end) {
      const slot = this.#first++ % this.#slots.length;
      this.#bytes -= this.#slots[slot]?.bytes ?? 0;
      this.#slots[slot] = undefined;
    }
  }

  #grow(): void {
    const slots = new Array<T | undefined>(2 * this.#slots.length);
    for (let offset = this.#first; offset < this.#next; offset++) {
      slots[offset % slots.length] = this.#slots[offset % this.#slots.length];
    }
    this.#slots = slots;
  }
}
