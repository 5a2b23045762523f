import { type Delivery, fromNats, type NatsLink } from '@jambus/bus/nats-connection';
import { nanos } from 'nats';
import { HEARTBEAT_MS } from './fetch-ahead.ts';

/**
 * How soon what was given back is handed over again, ms. Not at once: the server still holds the request of the pull that was
 * closed, notices only at its next heartbeat that nobody listens any more, and until then loses what is given back (2.9), or
 * turns its order round (2.15). After a while it hands over in order; and what no process can do is not tried in a tight loop.
 */
const AGAIN_AFTER_MS = 2 * HEARTBEAT_MS;

/**
 * Acknowledgements of JetStream: done; hand it over again; still at it.
 * https://docs.nats.io/using-nats/developer/develop_jetstream/consumers
 */
const ACKNOWLEDGEMENTS = {
  done: '+ACK',
  again: `-NAK ${JSON.stringify({ delay: nanos(AGAIN_AFTER_MS) })}`,
  working: '+WPI',
} as const;

/** Tells the server how it is with a message. Never throws: what it does not hear of, it hands over again. */
export function acknowledge(link: NatsLink, { message }: Delivery, how: keyof typeof ACKNOWLEDGEMENTS): void {
  const { reply, subject } = message;
  if (reply === undefined) return;
  try {
    link.nc.publish(reply, ACKNOWLEDGEMENTS[how]);
  } catch (error) {
    link.onTrouble(fromNats(error, `acknowledging a message of ${subject}`));
  }
}
