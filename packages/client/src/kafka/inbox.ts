import { Wakers } from '@jambus/bus/waiting';
import type { KafkaMessage } from 'kafkajs';

/** A record that is with the loop. */
export interface Parcel {
  readonly message: KafkaMessage;
  /** The loop is done with it. */
  done(): void;
}

/** Records of one partition that wait for the loop, in their order. */
export interface Shelf {
  /** False from when it is full until half of it is free again. */
  readonly hasRoom: boolean;
  /** Offset of the last record that the loop is done with; where the shelf begins before that. */
  readonly done: number;
  /** Whether the loop is done with everything that was put here. */
  readonly cleared: boolean;
  /** Takes records even when there is no room for them; who goes on putting then has no bound. */
  put(messages: readonly KafkaMessage[]): void;
  /** Takes away what waits. */
  close(): void;
}

/** What was fetched of all partitions and waits for one loop. */
export interface Inbox {
  /** @param onRoom called each time `hasRoom` turns true again */
  openShelf(startAfter: number, onRoom: () => void): Shelf;
  /** The next record, when there is one, of each partition in turn; undefined once this has ended. */
  next(): Promise<Parcel | undefined>;
  /** Hands out nothing more. Idempotent. */
  end(): void;
}

/** Most bytes on a shelf, beside what one fetch brings beyond. */
const SHELF_BYTES = 256 * 1024;
/** What a record weighs beside its payload, bytes, roughly. */
const RECORD_OVERHEAD_BYTES = 512;

interface Waiting {
  next(): Parcel | undefined;
}

export function createInbox(): Inbox {
  const arrivals = new Wakers();
  /** Shelves with something on them, the one whose turn it is first. */
  const turns = new Set<Waiting>();
  let ended = false;

  const openShelf = (startAfter: number, onRoom: () => void): Shelf => {
    let messages: KafkaMessage[] = [];
    let taken = 0;
    let bytes = 0;
    let unfinished = 0;
    let done = startAfter;
    let hasRoom = true;

    const handOut = (message: KafkaMessage): Parcel => {
      bytes -= sizeOf(message);
      if (!hasRoom && bytes <= SHELF_BYTES / 2) {
        hasRoom = true;
        onRoom();
      }
      return {
        message,
        done: () => {
          unfinished--;
          done = Number(message.offset);
        },
      };
    };
    const shelf: Waiting = {
      next: () => {
        const message = messages[taken++];
        turns.delete(shelf);
        if (taken < messages.length) turns.add(shelf);
        else [messages, taken] = [[], 0];
        return message === undefined ? undefined : handOut(message);
      },
    };
    return {
      get hasRoom() {
        return hasRoom;
      },
      get done() {
        return done;
      },
      get cleared() {
        return unfinished === 0;
      },
      put: (more) => {
        if (more.length === 0) return;
        messages = taken === messages.length ? [...more] : [...messages.slice(taken), ...more];
        taken = 0;
        unfinished += more.length;
        bytes += more.reduce((sum, message) => sum + sizeOf(message), 0);
        if (bytes >= SHELF_BYTES) hasRoom = false;
        turns.add(shelf);
        arrivals.wake();
      },
      close: () => {
        turns.delete(shelf);
        messages = [];
        taken = 0;
      },
    };
  };

  return {
    openShelf,
    next: async () => {
      for (;;) {
        if (ended) return undefined;
        const [shelf] = turns;
        const parcel = shelf?.next();
        if (parcel !== undefined) return parcel;
        await arrivals.wait();
      }
    },
    end: () => {
      ended = true;
      arrivals.wake();
    },
  };
}

function sizeOf({ value }: KafkaMessage): number {
  return (value?.byteLength ?? 0) + RECORD_OVERHEAD_BYTES;
}
