import { AbortWatch } from '../abort-watch.ts';

interface Waiter {
  readonly bytes: number;
  readonly signal: AbortSignal;
  readonly end: (granted: boolean) => void;
}

/** The room in the window of a link: commands that may be under way at once, and their bytes. First come, first served. */
export class CommandSlots {
  #limit: number;
  #limitBytes: number;
  #used = 0;
  #usedBytes = 0;
  /** Those who wait for room, oldest first. */
  readonly #waiting = new Set<Waiter>();
  readonly #aborts = new AbortWatch();

  constructor(limit: number, limitBytes: number) {
    this.#limit = limit;
    this.#limitBytes = limitBytes;
  }

  get used(): number {
    return this.#used;
  }

  /** How full the window is, from 0 to 1. */
  get fill(): number {
    return this.#used / this.#limit;
  }

  /** Takes a slot if there is room and nobody waits for it. */
  tryTake(bytes: number): boolean {
    if (this.#waiting.size > 0 || !this.#fits(bytes)) return false;
    this.#grant(bytes);
    return true;
  }

  /** Resolves to true with a slot, to false when the link goes down or `signal` aborts first. */
  wait(bytes: number, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const onAbort = (): void => {
        waiter.end(false);
        // It may have been too large for the room that those behind it fit in.
        this.#fill();
      };
      const waiter: Waiter = {
        bytes,
        signal,
        end: (granted) => {
          this.#waiting.delete(waiter);
          this.#aborts.delete(signal, onAbort);
          resolve(granted);
        },
      };
      this.#aborts.add(signal, onAbort);
      this.#waiting.add(waiter);
    });
  }

  /** Gives a slot back. The room goes to as many of those who wait as fit, and wakes no others. */
  release(bytes: number): void {
    this.#used--;
    this.#usedBytes -= bytes;
    this.#fill();
  }

  /** A new connection begins with an empty window. */
  reset(limit: number, limitBytes: number): void {
    this.#limit = limit;
    this.#limitBytes = limitBytes;
    this.#used = 0;
    this.#usedBytes = 0;
  }

  /** The link is down: whoever waits is told. */
  refuseAll(): void {
    for (const waiter of [...this.#waiting]) waiter.end(false);
  }

  #fill(): void {
    for (const waiter of this.#waiting) {
      if (waiter.signal.aborted) continue;
      if (!this.#fits(waiter.bytes)) return;
      this.#grant(waiter.bytes);
      waiter.end(true);
    }
  }

  /** One command goes out whatever its size. */
  #fits(bytes: number): boolean {
    return this.#used === 0 || (this.#used < this.#limit && this.#usedBytes + bytes <= this.#limitBytes);
  }

  #grant(bytes: number): void {
    this.#used++;
    this.#usedBytes += bytes;
  }
}
