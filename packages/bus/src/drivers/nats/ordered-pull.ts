import { JambusError } from '@jambus/schema';
import { createInbox, type Msg, type MsgHdrs, type NatsConnection, nanos } from 'nats';
import type { LinkSubscription, NatsLink } from './connection/link.ts';
import { placeOf } from './connection/place.ts';

/** What is looked at of a message here and by those it is handed to. */
export type PulledMessage = Pick<Msg, 'subject' | 'reply' | 'headers' | 'data'>;

/** What a pull needs of a link. */
export interface PullLink extends Pick<NatsLink, 'listen'> {
  readonly nc: Pick<NatsConnection, 'publish'>;
  subscribe(subject: string, onMessage: (message: PulledMessage) => void): Pick<LinkSubscription, 'unsubscribe'>;
}

/** A message of a stream. */
export interface Delivery {
  readonly message: PulledMessage;
  /** Its number in the stream. */
  readonly sequence: number;
  /** When the server stored it, ms since the epoch. */
  readonly storedAt: number;
}

/** One life of an ordered consumer: what it delivers has no gap. */
export interface OrderedPull {
  /** Messages asked for and not yet delivered. */
  readonly underWay: number;
  /** Lets the server deliver so many more. */
  ask(messages: number): void;
  /** Nothing is delivered afterwards. Idempotent. */
  close(): void;
}

export interface OrderedPullOptions {
  readonly link: PullLink;
  readonly stream: string;
  readonly consumer: string;
  readonly maxBytes: number;
  readonly onDelivery: (delivery: Delivery) => void;
  /** The server has taken back what was asked for, since nothing came: ask again. */
  readonly onLapsed: () => void;
  /** Called once: this consumer delivers no more, or not in order. Make another. */
  readonly onBroken: (why: JambusError) => void;
}

/** What is asked for lapses after this time, ms. */
const LAPSES_AFTER_MS = 30_000;
/** How often the server says that it has nothing, ms. */
const HEARTBEAT_MS = 2_000;
/** So long without a word means that the consumer is gone, ms. */
const SILENT_AFTER_MS = 5_000;

/**
 * Pulls from a consumer without acknowledgements. The client's own ordered consumer asks for more as messages come, however
 * few have been dealt with; here the owner asks, so that what waits has a bound.
 */
export function openOrderedPull(options: OrderedPullOptions): OrderedPull {
  const { link, stream, consumer, maxBytes } = options;
  const inbox = createInbox();
  let underWay = 0;
  let lastDelivery = 0;
  let heardAt = performance.now();
  let open = true;

  const close = (): void => {
    if (!open) return;
    open = false;
    clearInterval(watch);
    unlisten();
    subscription.unsubscribe();
  };
  const broken = (why: string): void => {
    if (!open) return;
    close();
    options.onBroken(new JambusError('bus_unavailable', `consumer ${consumer} of ${stream}: ${why}`));
  };

  const onMessage = (message: PulledMessage): void => {
    if (!open) return;
    heardAt = performance.now();
    if (message.subject === inbox) {
      onStatus(message.headers);
      return;
    }
    const place = placeOf(message.reply);
    if (place === undefined) {
      broken(`a message without a place, on ${message.subject}`);
      return;
    }
    if (place.delivery !== lastDelivery + 1) {
      broken(`delivery ${place.delivery} came after ${lastDelivery}`);
      return;
    }
    lastDelivery = place.delivery;
    underWay = Math.max(0, underWay - 1);
    options.onDelivery({ message, sequence: place.sequence, storedAt: place.storedAt });
  };

  const onStatus = (headers: MsgHdrs | undefined): void => {
    if (headers === undefined) {
      broken('an empty message');
      return;
    }
    const { code, description } = headers;
    if (code === 100) return;
    const left = Number(headers.get('Nats-Pending-Messages') || Number.NaN);
    if (Number.isNaN(left) && code !== 408) {
      broken(`${code} ${description}`);
      return;
    }
    underWay = Number.isNaN(left) ? 0 : Math.max(0, underWay - left);
    options.onLapsed();
  };

  const subscription = link.subscribe(inbox, onMessage);
  // Consumers in the memory of a server do not survive it, and requests do not survive their connection.
  const unlisten = link.listen((event) => {
    if (event.kind === 'disconnected') broken('the connection is gone');
  });
  const watch = setInterval(() => {
    if (underWay > 0 && performance.now() - heardAt > SILENT_AFTER_MS) broken('silent');
  }, HEARTBEAT_MS);

  return {
    get underWay() {
      return underWay;
    },
    ask: (messages) => {
      if (!open) return;
      if (underWay === 0) heardAt = performance.now();
      underWay += messages;
      const request = {
        batch: messages,
        max_bytes: maxBytes,
        expires: nanos(LAPSES_AFTER_MS),
        idle_heartbeat: nanos(HEARTBEAT_MS),
      };
      try {
        link.nc.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`, JSON.stringify(request), { reply: inbox });
      } catch (error) {
        broken(String(error));
      }
    },
    close,
  };
}
