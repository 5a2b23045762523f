import type { Delivery, NatsLink, PulledMessage } from '@jambus/bus/nats-connection';
import { JambusError } from '@jambus/schema';
import type { ManagedSubscription } from '../create-client.ts';
import type { Bookmark, OpenConsumer, OpenedConsumer } from './consumers.ts';
import { type FetchAhead, fetchAhead } from './fetch-ahead.ts';
import { createHoldings, type Holdings } from './holdings.ts';
import { createReopening } from './reopening.ts';

export interface NatsSubscriptionOptions<Item> {
  readonly link: NatsLink;
  readonly open: OpenConsumer;
  /** The item of a message; undefined for one that is not asked for. Throws for one that is none. */
  readonly read: (message: PulledMessage) => Item | undefined;
  readonly signal: AbortSignal | undefined;
}

/** One life of the consumer. */
interface Source {
  readonly consumer: OpenedConsumer;
  readonly messages: FetchAhead;
  /** Undefined when messages are not acknowledged. */
  readonly holdings: Holdings | undefined;
}

/** Fetched ahead of a loop: others could do what waits here, so fewer where there are others. */
const MOST_AHEAD = { acknowledged: 16, unacknowledged: 256 } as const;
/**
 * What a process asks a shared consumer for lapses after this time, ms. One that is stopped goes on being sent what it has asked
 * for, and may be sent it again and again, so its requests have to be over when the server hands anything over again.
 */
export const LAPSES_AFTER_MS = 2_000;

/** Opens its consumer at once, so that nothing is missed between the call of this function and the loop. */
export function createNatsSubscription<Item>(options: NatsSubscriptionOptions<Item>): ManagedSubscription<Item> {
  const { link, signal } = options;
  const ending = new AbortController();
  const reopening = createReopening(link, ending.signal);
  const { promise: ended, resolve: finish } = withResolvers();
  let source: Source | undefined;
  let bookmark: Bookmark | undefined;
  let current: Delivery | undefined;
  let iterated = false;
  let closedBy: JambusError | undefined;

  const open = async (): Promise<Source | undefined> => {
    const consumer = await options.open(bookmark);
    bookmark = consumer.bookmark;
    if (ending.signal.aborted) {
      consumer.release();
      return undefined;
    }
    source = sourceOf(link, consumer);
    return source;
  };

  /** Takes no more; what waits here is given back. */
  const end = (): void => {
    if (ending.signal.aborted) return;
    ending.abort();
    for (const delivery of source?.messages.close() ?? []) source?.holdings?.giveBack(delivery);
    source?.consumer.release();
    if (!iterated) settle();
  };

  /** Nothing of it is left to be done. */
  const settle = (): void => {
    source?.holdings?.close();
    reopening.close();
    unlisten();
    signal?.removeEventListener('abort', end);
    finish();
  };

  const itemOf = ({ message }: Delivery): Item | undefined => {
    try {
      return options.read(message);
    } catch (error) {
      link.onTrouble(JambusError.from(error, 'bad_message'));
      return undefined;
    }
  };

  async function* items(): AsyncGenerator<Item, void, undefined> {
    try {
      for (let from = await opening; from !== undefined; ) {
        const { messages, holdings } = from;
        const delivery = await messages.next();
        if (delivery === undefined) {
          holdings?.close();
          if (!ending.signal.aborted) {
            from.consumer.release();
            if (messages.failure !== undefined) link.onTrouble(messages.failure);
          }
          from = await reopening.again(open);
          continue;
        }
        if (holdings?.isOurs(delivery) === false) continue;
        if (bookmark !== undefined) bookmark = { created: bookmark.created, after: delivery.sequence };
        reopening.worked();
        current = delivery;
        const item = itemOf(delivery);
        if (item !== undefined) yield item;
        current = undefined;
        holdings?.done(delivery);
      }
      if (closedBy !== undefined) throw closedBy;
    } catch (error) {
      // What fails because it is ended has not failed.
      if (!ending.signal.aborted || error === closedBy) throw error;
    } finally {
      // The loop was left in the middle of its item.
      if (current !== undefined) source?.holdings?.giveBack(current);
      current = undefined;
      end();
      settle();
    }
  }

  const unlisten = link.listen((event) => {
    if (event.kind !== 'closed') return;
    closedBy = event.error;
    end();
    // A loop that is still at its item, or was forgotten in it, can neither acknowledge it nor say that it is at it.
    settle();
  });
  const opening = link.connected() ? open() : reopening.again(open);
  // Who iterates is told, and who asks `ready` is.
  opening.catch(settle);
  signal?.addEventListener('abort', end);
  if (signal?.aborted) end();
  const iterator = items();

  return {
    ready: async () => {
      await opening;
    },
    end,
    ended,
    [Symbol.asyncIterator]: () => {
      iterated = true;
      return iterator;
    },
  };
}

/** Begins to fetch from a consumer. */
function sourceOf(link: NatsLink, consumer: OpenedConsumer): Source {
  const { stream, ackWaitMs } = consumer;
  const from = { stream, consumer: consumer.consumer };
  if (ackWaitMs === undefined) {
    const most = MOST_AHEAD.unacknowledged;
    const messages = fetchAhead({ link, from, most, gapless: true, onArrival: undefined, onLate: undefined });
    return { consumer, messages, holdings: undefined };
  }
  const holdings = createHoldings(link, ackWaitMs);
  const messages = fetchAhead({
    link,
    from,
    lapsesAfterMs: LAPSES_AFTER_MS,
    mayAsk: () => holdings.inTouch,
    most: MOST_AHEAD.acknowledged,
    gapless: false,
    onArrival: holdings.take,
    onLate: (delivery) => {
      holdings.take(delivery);
      holdings.giveBack(delivery);
    },
  });
  return { consumer, messages, holdings };
}

/** As `Promise.withResolvers`, which Node 20 does not have. */
function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
