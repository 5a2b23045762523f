import { JambusError } from '@jambus/schema';
import { type Msg, type MsgHdrs, type NatsConnection, nanos } from 'nats';
import type { LinkSubscription, NatsLink } from './link.ts';
import { type Place, placeOf } from './place.ts';

/** What is looked at of a message here and by those it is handed to. */
export type PulledMessage = Pick<Msg, 'subject' | 'reply' | 'headers' | 'data'>;

/** What a pull needs of a link. */
export interface PullLink extends Pick<NatsLink, 'listen' | 'inbox'> {
  readonly nc: Pick<NatsConnection, 'publish'>;
  subscribe(subject: string, onMessage: (message: PulledMessage) => void): LinkSubscription;
}

/** A message of a stream, as a consumer hands it over. */
export interface Delivery extends Omit<Place, 'delivery'> {
  readonly message: PulledMessage;
}

/** One life of a consumer. */
export interface Pull {
  /** Messages asked for and not yet delivered. */
  readonly underWay: number;
  /** Lets the server deliver so many more. */
  ask(messages: number): void;
  /** Nothing is delivered afterwards. Idempotent. */
  close(): void;
}

export interface PullOptions {
  readonly link: PullLink;
  readonly stream: string;
  readonly consumer: string;
  /** Most bytes the server sends for what is asked for at a time; undefined: no bound but the messages'. */
  readonly maxBytes: number | undefined;
  /** How often the server says that it has nothing, ms. By then it has noticed, too, that nobody listens any more. */
  readonly heartbeatMs: number;
  /** So long without a word means that the consumer is gone, ms: several heartbeats. */
  readonly silentAfterMs: number;
  /**
   * Whether a gap in the numbers of the deliveries breaks the pull: without acknowledgements, what is lost on the way shows
   * by that, and by nothing else.
   */
  readonly gapless: boolean;
  /** What is asked for lapses after this time, ms; left out: 30,000. */
  readonly lapsesAfterMs?: number | undefined;
  /** Asked before each request. False breaks the pull: answers to it could not be told from those to requests of before. */
  readonly mayAsk?: (() => boolean) | undefined;
  readonly onDelivery: (delivery: Delivery) => void;
  /** The server has taken back what was asked for, since nothing came: ask again. */
  readonly onLapsed: () => void;
  /** Called once: this consumer delivers no more, or not in order. Make another. */
  readonly onBroken: (why: JambusError) => void;
  /** Told of what was on its way when the pull was closed or broke; undefined when nobody has to be told. */
  readonly onLate: ((delivery: Delivery) => void) | undefined;
}

const LAPSES_AFTER_MS = 30_000;

/**
 * Pulls from a consumer. The client's own `consume` asks for more as messages come, however few have been dealt with, and
 * each of its `fetch` leaves a listener behind; here the owner asks, so that what waits has a bound.
 */
export function openPull(options: PullOptions): Pull {
  const { link, stream, consumer, maxBytes, heartbeatMs, silentAfterMs, gapless, onLate } = options;
  const { lapsesAfterMs = LAPSES_AFTER_MS, mayAsk = () => true } = options;
  const inbox = link.inbox();
  let underWay = 0;
  let lastDelivery = 0;
  let heardAt = performance.now();
  let open = true;

  const close = (): void => {
    if (!open) return;
    open = false;
    clearInterval(watch);
    unlisten();
    if (onLate === undefined) subscription.unsubscribe();
    else subscription.drain();
  };
  const broken = (why: string): void => {
    if (!open) return;
    close();
    options.onBroken(new JambusError('bus_unavailable', `consumer ${consumer} of ${stream}: ${why}`));
  };

  const onMessage = (message: PulledMessage): void => {
    heardAt = performance.now();
    if (message.subject === inbox) {
      if (open) onStatus(message.headers);
      return;
    }
    const place = placeOf(message.reply);
    if (place === undefined) {
      broken(`a message without a place, on ${message.subject}`);
      return;
    }
    const { sequence, delivery, storedAt, pending } = place;
    if (open && gapless && delivery !== lastDelivery + 1) broken(`delivery ${delivery} came after ${lastDelivery}`);
    if (!open) {
      onLate?.({ message, sequence, storedAt, pending });
      return;
    }
    lastDelivery = delivery;
    underWay = Math.max(0, underWay - 1);
    options.onDelivery({ message, sequence, storedAt, pending });
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
  const unlisten = link.listen(({ kind }) => {
    if (kind === 'disconnected' || kind === 'closed') broken('the connection is gone');
  });
  const watch = setInterval(() => {
    if (underWay > 0 && performance.now() - heardAt > silentAfterMs) broken('silent');
  }, heartbeatMs);

  return {
    get underWay() {
      return underWay;
    },
    ask: (messages) => {
      if (!open) return;
      if (!mayAsk()) return broken('this process was out of touch with the server');
      if (underWay === 0) heardAt = performance.now();
      underWay += messages;
      const request = {
        batch: messages,
        ...(maxBytes !== undefined && { max_bytes: maxBytes }),
        expires: nanos(lapsesAfterMs),
        idle_heartbeat: nanos(heartbeatMs),
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
