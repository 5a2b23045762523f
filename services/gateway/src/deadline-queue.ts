/** Something that happens unless it is cancelled first. */
export interface Deadline {
  cancel(): void;
}

/** Deadlines that all lie the same time ahead, on one timer however many there are. */
export interface DeadlineQueue {
  /** Calls `expire` after the queue's duration, unless cancelled. */
  add(expire: () => void): Deadline;
  /** Drops every deadline. */
  close(): void;
}

interface Entry extends Deadline {
  readonly at: number;
  expire: (() => void) | undefined;
}

/** Cancelled entries are swept once they outnumber the live ones by this much, so that they do not pin what they refer to. */
const SWEEP_AT = 1024;

/**
 * Since every entry waits equally long, they expire in the order they were added: a plain list serves, and only its head
 * needs a timer.
 *
 * @param durationMs how far ahead each deadline lies
 */
export function createDeadlineQueue(durationMs: number): DeadlineQueue {
  let entries: Entry[] = [];
  let head = 0;
  let cancelled = 0;
  let timer: NodeJS.Timeout | undefined;

  const compact = (): void => {
    entries = entries.slice(head).filter((entry) => entry.expire !== undefined);
    head = 0;
    cancelled = 0;
  };

  const tick = (): void => {
    timer = undefined;
    const now = performance.now();
    while (head < entries.length) {
      const entry = entries[head] as Entry;
      if (entry.expire !== undefined && entry.at > now) break;
      head++;
      const { expire } = entry;
      entry.expire = undefined;
      if (expire === undefined) cancelled--;
      else expire();
    }
    if (head > SWEEP_AT) compact();
    arm();
  };

  const arm = (): void => {
    const next = entries[head];
    if (next === undefined || timer !== undefined) return;
    timer = setTimeout(tick, Math.max(1, Math.ceil(next.at - performance.now())));
  };

  return {
    add(expire) {
      const entry: Entry = {
        at: performance.now() + durationMs,
        expire,
        cancel() {
          if (entry.expire === undefined) return;
          entry.expire = undefined;
          cancelled++;
          if (cancelled > SWEEP_AT && cancelled * 2 > entries.length - head) compact();
        },
      };
      entries.push(entry);
      arm();
      return entry;
    },
    close() {
      clearTimeout(timer);
      timer = undefined;
      entries = [];
      head = 0;
      cancelled = 0;
    },
  };
}
