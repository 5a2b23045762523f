import type { Delivery, NatsLink } from '@jambus/bus/nats-connection';
import { acknowledge } from './acknowledge.ts';
import { ACK_WAIT_MS } from './consumers.ts';

/** Signs of life within the time that the server waits for one. */
const SIGNS_OF_LIFE = 5;
/** Numbers of messages that are remembered when they are done. More are never with a process at a time. */
const MOST_REMEMBERED = 256;

/** Messages of one consumer that are with this process, from when they come until they are acknowledged. */
export interface Holdings {
  /** Looks at the clock. False when what comes next may be too old to be ours. */
  readonly inTouch: boolean;
  /** A message has come, for the first time or again. One that is done has been sent before the server heard of that: it is not taken. */
  take(delivery: Delivery): void;
  /** Looks at the clock. False from when the server may have given the message to another process, and once it is done. */
  isOurs(delivery: Delivery): boolean;
  /** Acknowledges a message, whoever has it by now. */
  done(delivery: Delivery): void;
  /** Lets the server hand a message over again. One that is ours no more is left to the process that has it. */
  giveBack(delivery: Delivery): void;
  /** Gives no more signs of life. Idempotent. */
  close(): void;
}

interface Held {
  readonly delivery: Delivery;
  /** When it is ours no more, on the clock of `performance.now()`. */
  until: number;
}

/**
 * Says of all messages together, at intervals, that they are worked on, and keeps account of how long they are ours.
 *
 * Each round of this ends with a ping. Once its pong is here, the server has heard the round, and what comes from then on was
 * sent after the round began. So the server's wait began no sooner than the last round that was answered: for what the round
 * was about, and for what comes later. The time at which a message comes says nothing, as a process that was stopped finds
 * old ones in its socket.
 *
 * To be made before anything is asked for.
 *
 * @param ackWaitMs how long the server waits for a sign of life about a message, ms
 */
export function createHoldings(link: NatsLink, ackWaitMs: number): Holdings {
  /** By the number in the stream: a message that comes again while we are at it is done when we are. */
  const held = new Map<number, Held>();
  /** What was done last, oldest first. */
  const finished = new Set<number>();
  let answeredRound = performance.now();
  let unanswered = false;

  const isOurs = ({ sequence }: Delivery): boolean => {
    const found = held.get(sequence);
    return found !== undefined && performance.now() < found.until;
  };

  const giveSigns = async (): Promise<void> => {
    // What is said now would not be heard sooner than the round before.
    if (unanswered || !link.connected()) return;
    const round = performance.now();
    for (const { delivery } of held.values()) {
      if (isOurs(delivery)) acknowledge(link, delivery, 'working');
      else held.delete(delivery.sequence);
    }
    const told = [...held.values()];
    unanswered = true;
    try {
      await link.nc.flush();
      answeredRound = round;
      for (const each of told) each.until = round + ackWaitMs;
    } catch {
      // The connection is gone, and the server has not heard of us.
    } finally {
      unanswered = false;
    }
  };
  // Others who use the consumer may shorten a wait that is longer than ours.
  const rounds = setInterval(() => void giveSigns(), Math.min(ackWaitMs, ACK_WAIT_MS) / SIGNS_OF_LIFE);

  return {
    get inTouch() {
      return performance.now() < answeredRound + ackWaitMs / 2;
    },
    take: (delivery) => {
      if (finished.has(delivery.sequence)) return acknowledge(link, delivery, 'done');
      held.set(delivery.sequence, { delivery, until: answeredRound + ackWaitMs });
    },
    isOurs,
    done: (delivery) => {
      held.delete(delivery.sequence);
      finished.add(delivery.sequence);
      const [oldest] = finished;
      if (oldest !== undefined && finished.size > MOST_REMEMBERED) finished.delete(oldest);
      acknowledge(link, delivery, 'done');
    },
    giveBack: (delivery) => {
      if (isOurs(delivery)) acknowledge(link, delivery, 'again');
      held.delete(delivery.sequence);
    },
    close: () => clearInterval(rounds),
  };
}
