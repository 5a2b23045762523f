import { type Delivery, openPull, type PullLink, type PullOptions } from '@jambus/bus/nats-connection';
import { Wakers } from '@jambus/bus/waiting';
import type { JambusError } from '@jambus/schema';

/** How often the server says that it has nothing, ms. */
export const HEARTBEAT_MS = 500;
const SILENT_AFTER_MS = 5_000;

/** Where to fetch from. */
export interface ConsumerAddress {
  readonly stream: string;
  readonly consumer: string;
}

export interface FetchAheadOptions extends Pick<PullOptions, 'lapsesAfterMs' | 'mayAsk'> {
  readonly link: PullLink;
  readonly from: ConsumerAddress;
  /** Most messages held here; asked each time where it differs. */
  readonly most: number | (() => number);
  readonly gapless: boolean;
  /** Told of each message when it comes; undefined when nobody has to be told. */
  readonly onArrival: ((delivery: Delivery) => void) | undefined;
  /** Told of messages that were on their way when it was closed; undefined when nobody has to be told. */
  readonly onLate: ((delivery: Delivery) => void) | undefined;
}

/** Messages of one consumer, for as long as it and the connection last. */
export interface FetchAhead {
  /** The next message, when there is one; undefined when this has ended and all that it held was handed out. */
  next(): Promise<Delivery | undefined>;
  /** Why it ended; undefined when it was closed. */
  readonly failure: JambusError | undefined;
  /** There may be room for more by now. */
  ask(): void;
  /** Ends it, and gives back what was not handed out; what is on its way goes to `onLate`. Idempotent. */
  close(): readonly Delivery[];
}

/** Fetches only as fast as messages are taken, and a few ahead. */
export function fetchAhead(options: FetchAheadOptions): FetchAhead {
  const { link, from, gapless, onArrival, onLate, lapsesAfterMs, mayAsk } = options;
  const arrivals = new Wakers();
  let held: Delivery[] = [];
  let failure: JambusError | undefined;
  let open = true;

  /** Asks for as many as there is room for, once that is half of all. */
  const ask = (): void => {
    const most = typeof options.most === 'number' ? options.most : options.most();
    const room = most - held.length - pull.underWay;
    if (room > 0 && room * 2 >= most) pull.ask(room);
  };
  const end = (why: JambusError | undefined): void => {
    if (!open) return;
    open = false;
    failure = why;
    pull.close();
    arrivals.wake();
  };
  const pull = openPull({
    link,
    ...from,
    maxBytes: undefined,
    heartbeatMs: HEARTBEAT_MS,
    silentAfterMs: SILENT_AFTER_MS,
    gapless,
    lapsesAfterMs,
    mayAsk,
    onDelivery: (delivery) => {
      onArrival?.(delivery);
      held.push(delivery);
      arrivals.wake();
    },
    onLapsed: ask,
    onBroken: end,
    onLate,
  });
  ask();

  return {
    next: async () => {
      while (held.length === 0 && open) await arrivals.wait();
      const delivery = held.shift();
      ask();
      return delivery;
    },
    get failure() {
      return failure;
    },
    ask,
    close: () => {
      end(undefined);
      const left = held;
      held = [];
      return left;
    },
  };
}
