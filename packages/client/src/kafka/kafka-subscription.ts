import { unreadableBatch } from '@jambus/bus/kafka-connection';
import { JambusError } from '@jambus/schema';
import type { KafkaMessage } from 'kafkajs';
import type { ManagedSubscription } from '../create-client.ts';
import { createInbox, type Inbox } from './inbox.ts';

/** Reading that has begun. */
export interface Begun {
  /** Resolves when nothing published from now on is missed; need not settle when reading ends before. */
  readonly ready: Promise<void>;
  /** Resolves some time after reading was told to stop. @throws JambusError when the broker refuses it for good */
  readonly ended: Promise<void>;
}

export interface KafkaSubscriptionOptions<Item> {
  /**
   * Begins to read into the inbox, until `stop` aborts.
   *
   * @throws JambusError as `Subscription.ready`
   */
  readonly begin: (inbox: Inbox, stop: AbortSignal) => Promise<Begun>;
  /** The item of a record; undefined for one that is not asked for. Throws for one that is none. */
  readonly read: (message: KafkaMessage) => Item | undefined;
  readonly signal: AbortSignal | undefined;
  /** The client is closed: whatever the loop does, reading ends. */
  readonly closed: AbortSignal;
  readonly onTrouble: (error: JambusError) => void;
}

/** Begins to read at once, so that nothing is missed between the call of this function and the loop. */
export function createKafkaSubscription<Item>(options: KafkaSubscriptionOptions<Item>): ManagedSubscription<Item> {
  const { signal, closed, onTrouble } = options;
  const stop = new AbortController();
  const inbox = createInbox();
  let iterated = false;
  let ending = false;
  let failure: JambusError | undefined;

  /** Takes no more. The loop has its item until it asks for the next one, and we are in the group until then. */
  const end = (): void => {
    ending = true;
    inbox.end();
    if (!iterated) stop.abort();
  };
  const onClosed = (): void => {
    end();
    // A loop that is still at its item, or was forgotten in it, cannot be waited for.
    stop.abort();
  };

  const begun = options.begin(inbox, stop.signal);
  /** Never rejects. */
  const live = async (): Promise<void> => {
    try {
      await (await begun).ended;
    } catch (error) {
      if (!ending) failure = JambusError.from(error);
    }
    inbox.end();
    signal?.removeEventListener('abort', end);
    closed.removeEventListener('abort', onClosed);
  };

  const itemOf = (message: KafkaMessage): Item | undefined => {
    try {
      const unreadable = unreadableBatch(message);
      if (unreadable !== undefined) throw unreadable;
      return options.read(message);
    } catch (error) {
      onTrouble(JambusError.from(error, 'bad_message'));
      return undefined;
    }
  };

  async function* items(): AsyncGenerator<Item, void, undefined> {
    try {
      for (let parcel = await inbox.next(); parcel !== undefined; parcel = await inbox.next()) {
        const item = itemOf(parcel.message);
        if (item !== undefined) yield item;
        // Not when the loop was left in the middle of its item.
        parcel.done();
      }
      if (failure !== undefined) throw failure;
    } finally {
      end();
      stop.abort();
    }
  }

  const ended = live();
  signal?.addEventListener('abort', end);
  closed.addEventListener('abort', onClosed);
  if (signal?.aborted) end();
  if (closed.aborted) onClosed();
  const iterator = items();

  return {
    ready: async () => {
      const { ready } = await begun;
      await Promise.race([ready, ended]);
      if (failure !== undefined) throw failure;
    },
    end,
    ended,
    [Symbol.asyncIterator]: () => {
      iterated = true;
      return iterator;
    },
  };
}
