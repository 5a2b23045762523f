import type { Progress } from './progress.ts';

/** How much of a partition may be under way. */
export interface WindowLimits {
  /** Records taken and not finished. */
  readonly maxUnfinished: number;
  /** Their size in bytes. */
  readonly maxUnfinishedBytes: number;
  /**
   * Records taken since the watermark, finished ones included: how much comes again after a crash when one record at the
   * front takes its time. Costs no memory, so it can be far larger than `maxUnfinished`.
   */
  readonly maxUncommitted: number;
}

/** What the window needs to know of a record; the links are its own. */
export interface WindowEntry {
  readonly offset: number;
  readonly bytes: number;
  /** Count of records taken before this one. */
  readonly ordinal: number;
  /** The offset taken just before this one: the watermark while this one is the oldest unfinished. */
  readonly offsetBefore: number;
  older: WindowEntry | undefined;
  newer: WindowEntry | undefined;
}

/**
 * The unfinished records of a partition, oldest first, as a doubly linked list: adding and removing are O(1), and what is
 * finished takes no space, however long a slow record at the front holds back the watermark.
 */
export class Window {
  readonly #limits: WindowLimits;
  #oldest: WindowEntry | undefined;
  #newest: WindowEntry | undefined;
  #lastOffset: number;
  #taken = 0;
  #unfinished = 0;
  #bytes = 0;

  /** @param startAfter the watermark to begin with: the last offset that earlier readers finished */
  constructor(startAfter: number, limits: WindowLimits) {
    this.#lastOffset = startAfter;
    this.#limits = limits;
  }

  /** The offset up to which everything is finished. */
  get watermark(): number {
    return this.#oldest === undefined ? this.#lastOffset : this.#oldest.offsetBefore;
  }

  /** The offset that was taken last. */
  get lastOffset(): number {
    return this.#lastOffset;
  }

  /** Count of all records ever taken: the next entry's `ordinal`. */
  get taken(): number {
    return this.#taken;
  }

  get unfinished(): number {
    return this.#unfinished;
  }

  get unfinishedBytes(): number {
    return this.#bytes;
  }

  get hasRoom(): boolean {
    const uncommitted = this.#oldest === undefined ? 0 : this.#taken - this.#oldest.ordinal;
    return (
      this.#unfinished < this.#limits.maxUnfinished &&
      this.#bytes < this.#limits.maxUnfinishedBytes &&
      uncommitted < this.#limits.maxUncommitted
    );
  }

  /** What is finished beyond the watermark. @param most how many unfinished records are told at most */
  progress(most: number): Progress {
    const open: number[] = [];
    for (let entry = this.#oldest; entry !== undefined; entry = entry.newer) {
      if (open.length === most) return { reached: entry.offsetBefore, open };
      open.push(entry.offset);
    }
    return { reached: this.#lastOffset, open };
  }

  /** Takes a record whose offset is above all earlier ones. */
  add(entry: WindowEntry): void {
    entry.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = entry;
    else this.#newest.newer = entry;
    this.#newest = entry;
    this.#lastOffset = entry.offset;
    this.#taken++;
    this.#unfinished++;
    this.#bytes += entry.bytes;
  }

  /** Passes over a record that is finished already. Its offset is above all earlier ones. Returns whether the watermark moved. */
  skip(offset: number): boolean {
    this.#lastOffset = offset;
    return this.#oldest === undefined;
  }

  /** Takes a finished record out. Returns whether the watermark moved. */
  remove(entry: WindowEntry): boolean {
    const { older, newer } = entry;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    // An entry that something still refers to must not keep its whole neighbourhood alive.
    entry.older = undefined;
    entry.newer = undefined;
    this.#unfinished--;
    this.#bytes -= entry.bytes;
    return older === undefined;
  }
}
