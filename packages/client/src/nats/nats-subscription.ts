import type { Delivery, NatsLink, PulledMessage } from '@jambus/bus/nats-connection';
import { type Backoff, backoffMs, pause, Wakers } from '@jambus/bus/waiting';
import { JambusError } from '@jambus/schema';
import type { ManagedSubscription } from '../create-client.ts';
import { acknowledge } from './acknowledge.ts';
import type { Bookmark, OpenConsumer, OpenedConsumer } from './consumers.ts';
import { type FetchAhead, fetchAhead } from './fetch-ahead.ts';

export interface NatsSubscriptionOptions<Item> {
  readonly link: NatsLink;
  readonly open: OpenConsumer;
  /** The item of a message; undefined for one that is not asked for. Throws for one that is none. */
  readonly read: (message: PulledMessage) => Item | undefined;
  /** Messages are acknowledged one by one. */
  readonly acknowledged: boolean;
  readonly signal: AbortSignal | undefined;
}

/** One life of the consumer. */
interface Source {
  readonly consumer: OpenedConsumer;
  readonly messages: FetchAhead;
}

/** Fetched ahead of a loop: others could do what waits here, so fewer where there are others. */
const MOST_AHEAD = { acknowledged: 16, unacknowledged: 256 } as const;
/** Signs of life within the time that the server waits for one. */
const SIGNS_OF_LIFE = 3;
const RETRIES: Backoff = { firstMs: 100, maxMs: 2_000 };

/** Opens its consumer at once, so that nothing is missed between the call of this function and the loop. */
export function createNatsSubscription<Item>(options: NatsSubscriptionOptions<Item>): ManagedSubscription<Item> {
  const { link, acknowledged, signal } = options;
  const ending = new AbortController();
  const connections = new Wakers();
  const { promise: ended, resolve: finish } = withResolvers();
  let source: Source | undefined;
  let bookmark: Bookmark | undefined;
  let current: Delivery | undefined;
  let working: NodeJS.Timeout | undefined;
  let iterated = false;
  let failures = 0;
  let closedBy: JambusError | undefined;

  const respond = (delivery: Delivery, how: 'done' | 'again' | 'working'): void => {
    if (acknowledged) acknowledge(link, delivery, how);
  };

  const giveSignsOfLife = (ackWaitMs: number | undefined): void => {
    clearInterval(working);
    if (ackWaitMs === undefined) return;
    working = setInterval(() => {
      for (const waiting of source?.messages.held ?? []) respond(waiting, 'working');
      if (current !== undefined) respond(current, 'working');
    }, ackWaitMs / SIGNS_OF_LIFE);
  };

  const open = async (): Promise<Source | undefined> => {
    const consumer = await options.open(bookmark);
    bookmark = consumer.bookmark;
    if (ending.signal.aborted) {
      consumer.release();
      return undefined;
    }
    const messages = fetchAhead({
      link,
      from: { stream: consumer.stream, consumer: consumer.consumer },
      most: acknowledged ? MOST_AHEAD.acknowledged : MOST_AHEAD.unacknowledged,
      gapless: !acknowledged,
      onLate: acknowledged ? (delivery) => respond(delivery, 'again') : undefined,
    });
    source = { consumer, messages };
    giveSignsOfLife(consumer.ackWaitMs);
    return source;
  };

  /** Tries until it works, the broker refuses for good, or nobody wants it any more. */
  const openAgain = async (): Promise<Source | undefined> => {
    for (;;) {
      if (link.connected()) await pause(backoffMs(++failures, RETRIES), ending.signal);
      else await connections.wait(ending.signal);
      if (ending.signal.aborted) return undefined;
      if (!link.connected()) continue;
      try {
        return await open();
      } catch (error) {
        const known = JambusError.from(error);
        if (!known.retryable) throw known;
        link.onTrouble(known);
      }
    }
  };

  /** Takes no more; what waits here is given back. */
  const end = (): void => {
    if (ending.signal.aborted) return;
    ending.abort();
    for (const delivery of source?.messages.close() ?? []) respond(delivery, 'again');
    source?.consumer.release();
    if (!iterated) settle();
  };

  /** Nothing of it is left to be done. */
  const settle = (): void => {
    clearInterval(working);
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
        const delivery = await from.messages.next();
        if (delivery === undefined) {
          if (!ending.signal.aborted) {
            from.consumer.release();
            if (from.messages.failure !== undefined) link.onTrouble(from.messages.failure);
          }
          from = await openAgain();
          continue;
        }
        if (bookmark !== undefined) bookmark = { created: bookmark.created, after: delivery.sequence };
        failures = 0;
        current = delivery;
        const item = itemOf(delivery);
        if (item !== undefined) yield item;
        current = undefined;
        respond(delivery, 'done');
      }
      if (closedBy !== undefined) throw closedBy;
    } catch (error) {
      // What fails because it is ended has not failed.
      if (!ending.signal.aborted || error === closedBy) throw error;
    } finally {
      // The loop was left in the middle of its item.
      if (current !== undefined) respond(current, 'again');
      current = undefined;
      end();
      settle();
    }
  }

  const unlisten = link.listen((event) => {
    if (event.kind === 'connected') connections.wake();
    if (event.kind !== 'closed') return;
    closedBy = event.error;
    end();
    // A loop that is still at its item, or was forgotten in it, can neither acknowledge it nor say that it is at it.
    settle();
  });
  const opening = link.connected() ? open() : openAgain();
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

/** As `Promise.withResolvers`, which Node 20 does not have. */
function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
