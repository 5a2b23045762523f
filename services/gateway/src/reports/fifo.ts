/** A queue whose `shift` does not move what stays. */
export interface Fifo<T> extends Iterable<T> {
  readonly length: number;
  push(item: T): void;
  shift(): T | undefined;
  /** The item that `shift` would take. */
  peek(): T | undefined;
}

/** Taken items are cut off the list when there are at least this many and they are half of it. */
const COMPACT_AT = 1024;

export function createFifo<T>(): Fifo<T> {
  let items: (T | undefined)[] = [];
  let head = 0;
  return {
    get length() {
      return items.length - head;
    },
    push(item) {
      items.push(item);
    },
    shift() {
      if (head === items.length) return undefined;
      const item = items[head];
      items[head] = undefined;
      head++;
      if (head === items.length) {
        items = [];
        head = 0;
      } else if (head >= COMPACT_AT && head * 2 >= items.length) {
        items = items.slice(head);
        head = 0;
      }
      return item;
    },
    peek: () => items[head],
    *[Symbol.iterator]() {
      for (let i = head; i < items.length; i++) yield items[i] as T;
    },
  };
}
