import { attributesOf, type Delivery, deliveriesOf, type NatsLink } from '@jambus/bus/nats-connection';
import { pause } from '@jambus/bus/waiting';
import { type BusNames, JambusError } from '@jambus/schema';
import { createCallLog } from '../calls/call-log.ts';
import type { Claim, ClaimOptions, Claims } from '../calls/claims.ts';
import { type JambusEventOf, readEventOf } from '../event.ts';
import { followCall } from './call-events.ts';
import { durable, type OpenedConsumer } from './consumers.ts';
import { type FetchAhead, fetchAhead } from './fetch-ahead.ts';
import { createHoldings, type Holdings } from './holdings.ts';
import { LAPSES_AFTER_MS } from './nats-subscription.ts';
import { createReopening } from './reopening.ts';
import { callSidOf, eventsSubject } from './subjects.ts';

/** A call that is served here. */
interface Served {
  readonly delivery: Delivery;
  readonly claim: Claim;
  /** It is another process's. */
  lose(): void;
}

/** How often it is looked whether calls are still ours, ms. */
const LOOK_MS = 500;
/** Calls of all processes together are bounded by what each can take. */
const UNLIMITED = -1;

/**
 * Calls of a durable name, which is a consumer of their `session:new`. A call is a message that is not acknowledged yet: the server
 * hands it over again when its process gives no sign of life.
 */
export function natsClaims(link: NatsLink, names: BusNames, { durable: name, application }: ClaimOptions): Claims {
  const filter = eventsSubject(names, '*', 'session:new');
  const openConsumer = durable(link, eventsSubject(names), filter, name, UNLIMITED);
  const ending = new AbortController();
  const reopening = createReopening(link, ending.signal);
  const served = new Map<number, Served>();
  let holdings: Holdings | undefined;
  let messages: FetchAhead | undefined;
  let consumer: OpenedConsumer | undefined;
  /** Calls that were asked for and have not come. */
  let wanted = 0;
  let closedBy: JambusError | undefined;

  const open = async (): Promise<FetchAhead> => {
    consumer = await openConsumer(undefined);
    const { stream, consumer: address, ackWaitMs = 0 } = consumer;
    holdings ??= createHoldings(link, ackWaitMs);
    const held = holdings;
    messages = fetchAhead({
      link,
      from: { stream, consumer: address },
      lapsesAfterMs: LAPSES_AFTER_MS,
      mayAsk: () => held.inTouch,
      most: () => wanted,
      gapless: false,
      onArrival: held.take,
      onLate: (delivery) => {
        held.take(delivery);
        held.giveBack(delivery);
      },
    });
    if (ending.signal.aborted) messages.close();
    return messages;
  };

  const sessionIn = ({ message: { subject, headers, data } }: Delivery): JambusEventOf<'session:new'> | undefined => {
    try {
      const callSid = callSidOf('events', names, subject);
      if (callSid === undefined) throw new JambusError('bad_message', `an event on ${subject}`);
      return readEventOf('session:new', callSid, attributesOf(headers), data);
    } catch (error) {
      link.onTrouble(JambusError.from(error, 'bad_message'));
      return undefined;
    }
  };

  /** @returns undefined for a message that is no call for us */
  const claimed = async (delivery: Delivery, stream: string, held: Holdings): Promise<Claim | undefined> => {
    // One that we serve was handed over again, to us: the holdings know by now.
    if (served.has(delivery.sequence) || !held.isOurs(delivery)) return undefined;
    const session = sessionIn(delivery);
    if (session === undefined || (application !== undefined && session.application !== application)) {
      held.done(delivery);
      return undefined;
    }
    const { callSid } = session;
    const forgotten = () =>
      link.onTrouble(new JambusError('overloaded', `call ${callSid}: events that nobody waits for are forgotten`));
    const log = createCallLog(session, forgotten);
    const events = followCall({ link, names, stream, callSid, after: delivery.sequence, log });
    const resumed = deliveriesOf(delivery.message.reply) > 1;
    /** @returns false when it was left before: it may be served here once more */
    const leave = (): boolean => {
      events.close();
      return served.get(delivery.sequence)?.claim === claim && served.delete(delivery.sequence);
    };
    const claim: Claim = {
      session,
      log,
      resumed,
      done: () => {
        if (leave()) held.done(delivery);
      },
      giveBack: () => {
        if (leave()) held.giveBack(delivery);
      },
    };
    const lose = (): void => {
      leave();
      log.abandon();
    };
    served.set(delivery.sequence, { delivery, claim, lose });
    // What it has to answer first is here; what was said since matters where somebody has answered it before.
    if (resumed) await events.caughtUp;
    return claim;
  };

  const nextDelivery = async (): Promise<Delivery | undefined> => {
    let from: FetchAhead | undefined = messages ?? (await opening);
    while (from !== undefined && !ending.signal.aborted) {
      from.ask();
      const delivery = await from.next();
      if (delivery !== undefined) {
        reopening.worked();
        return delivery;
      }
      if (ending.signal.aborted) break;
      if (from.failure !== undefined) link.onTrouble(from.failure);
      from = await reopening.again(open);
    }
    if (closedBy !== undefined) throw closedBy;
    return undefined;
  };

  const watch = setInterval(() => {
    for (const { delivery, lose } of served.values()) if (holdings?.isOurs(delivery) === false) lose();
  }, LOOK_MS);
  const unlisten = link.listen((event) => {
    if (event.kind !== 'closed') return;
    closedBy = event.error;
    end();
    for (const { lose } of served.values()) lose();
  });
  const end = (): void => {
    if (ending.signal.aborted) return;
    ending.abort();
    for (const delivery of messages?.close() ?? []) if (!served.has(delivery.sequence)) holdings?.giveBack(delivery);
  };

  const opening = link.connected() ? open() : reopening.again(open);
  opening.catch(() => {});

  return {
    ready: async () => void (await opening),
    next: async () => {
      wanted++;
      try {
        for (;;) {
          const delivery = await nextDelivery();
          if (delivery === undefined || holdings === undefined || consumer === undefined) return undefined;
          const claim = await claimed(delivery, consumer.stream, holdings);
          if (claim !== undefined) return claim;
        }
      } finally {
        wanted--;
      }
    },
    end,
    close: async () => {
      end();
      for (const { claim } of [...served.values()]) claim.giveBack();
      clearInterval(watch);
      unlisten();
      reopening.close();
      holdings?.close();
      // What was given back is on its way, and the connection may be closed next.
      if (link.connected()) await Promise.race([link.nc.flush().catch(() => {}), pause(LOOK_MS)]);
    },
  };
}
