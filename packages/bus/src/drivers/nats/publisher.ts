import { type BusNames, type Channel, JambusError } from '@jambus/schema';
import { type BusMessage, type EventSink, MessagesRefused } from '../../port/index.ts';
import { createConfirmedPublisher, type PublishOutcome } from './connection/confirmed-publisher.ts';
import { fromNats } from './connection/errors.ts';
import { headersOf } from './connection/headers.ts';
import type { NatsLink } from './connection/link.ts';
import { type NatsNames, subjectOf } from './subjects.ts';

/** What a stream said last that takes nothing. */
interface Refusal {
  readonly why: string;
  /** On the clock of `performance.now()`. */
  readonly at: number;
}

/** Longer than those who publish wait before they try again, ms: who tries no more has nothing that is refused. */
const REFUSAL_LASTS_MS = 12_000;

/** The messages of one call on one channel, of which one at a time is under way. */
interface Chain {
  readonly channel: Channel;
  readonly batch: BatchUnderWay;
  readonly messages: BusMessage[];
  next: number;
  /** It went out in place of the message before `next`. */
  reduced: BusMessage | undefined;
  readonly onOutcome: (outcome: PublishOutcome) => void;
}

interface BatchUnderWay {
  /** Messages that have no answer yet. */
  open: number;
  /** What may pass: the whole batch comes again then. */
  failure: JambusError | undefined;
  /** What the server will never take. */
  refused: Map<BusMessage, JambusError> | undefined;
  readonly settle: (failure: JambusError | undefined) => void;
}

export interface PublisherOptions {
  readonly link: NatsLink;
  readonly names: BusNames;
  readonly natsNames: NatsNames;
  /** Nobody takes what is published: the streams are gone, or JetStream is. */
  readonly onNobodyThere: () => void;
}

/** The side of the driver that publishes. */
export interface Publisher extends EventSink {
  /** Why streams take no message at present that they could take if they were set otherwise; for each stream that says so. */
  faults(): readonly string[];
  /** Refuses from here on, and answers what is under way with `stopped`. */
  close(): void;
}

/**
 * Publishes without waiting for one message after the other.
 * Of one call only one message is under way: if a cluster's leader changes between two of them, the first could be lost
 * and the second stored, and sending both again would turn them round.
 *
 * A message that gets no answer fails its batch. Sent again it has no second effect, as the stream knows it by its id.
 */
export function createPublisher({ link, names, natsNames, onNobodyThere }: PublisherOptions): Publisher {
  const confirmed = createConfirmedPublisher(link);
  const refusing = new Map<Channel, Refusal>();
  let closed = false;

  const settle = (batch: BatchUnderWay, messages: number, failure?: JambusError): void => {
    batch.open -= messages;
    batch.failure ??= failure;
    if (batch.open > 0) return;
    // What is refused for good is refused again when the batch comes again.
    batch.settle(batch.failure ?? (batch.refused && new MessagesRefused(batch.refused)));
  };

  /** What is behind it in the chain has to come again behind it. */
  const fail = (chain: Chain, failure: JambusError): void => {
    const left = chain.messages.length - chain.next;
    chain.next = chain.messages.length;
    settle(chain.batch, left + 1, failure);
  };

  /**
   * What goes out in place of the message that the server refuses for good; undefined when nothing does. What is behind it
   * goes on: no attempt of it changes anything.
   */
  const inPlaceOf = (chain: Chain, error: JambusError): BusMessage | undefined => {
    const message = chain.messages[chain.next - 1] as BusMessage;
    if (message.reduced !== undefined && chain.reduced === undefined) {
      chain.reduced = message.reduced(error);
      return chain.reduced;
    }
    chain.batch.refused ??= new Map();
    chain.batch.refused.set(message, error);
    chain.reduced = undefined;
    settle(chain.batch, 1);
    return undefined;
  };

  /** @param first what goes out first; left out: the next message of the chain */
  const sendNext = (chain: Chain, first?: BusMessage): void => {
    for (let message = first ?? chain.messages[chain.next++]; message !== undefined; ) {
      const error = send(chain, message);
      if (error === undefined) return;
      if (error.code !== 'bus_refused') {
        fail(chain, error);
        return;
      }
      message = inPlaceOf(chain, error) ?? chain.messages[chain.next++];
    }
  };

  /** @returns why it cannot be sent */
  const send = (chain: Chain, message: BusMessage): JambusError | undefined => {
    try {
      const subject = subjectOf(message, names);
      if (subject === undefined) return new JambusError('bus_refused', unaddressable(message));
      const { payload, attributes } = message;
      confirmed.publishAttributed({ subject, payload, attributes, messageId: messageIdOf(message) }, chain.onOutcome);
      return undefined;
    } catch (error) {
      return fromNats(error, `publishing to ${message.channel}`);
    }
  };

  /** Whoever waits for a result gets it at once; should that fail, it is on the bus all the same. */
  const reply = (message: BusMessage | undefined): void => {
    if (message?.replyTo === undefined) return;
    try {
      const headers = headersOf(message.attributes, undefined);
      link.nc.publish(`${natsNames.replies}.${message.replyTo}`, message.payload, { headers });
    } catch (error) {
      link.onTrouble(fromNats(error, 'answering a request'));
    }
  };

  const onOutcome = (chain: Chain, outcome: PublishOutcome): void => {
    if (outcome.kind === 'stored' || outcome.kind === 'duplicate') {
      if (refusing.size > 0) refusing.delete(chain.channel);
      reply(chain.messages[chain.next - 1]);
      chain.reduced = undefined;
      settle(chain.batch, 1);
      sendNext(chain);
    } else {
      if (outcome.kind === 'refused' && outcome.nobodyThere) onNobodyThere();
      if (outcome.kind === 'refused' && outcome.error.retryable) {
        refusing.set(chain.channel, { why: outcome.error.message, at: performance.now() });
      }
      if (outcome.error.code === 'bus_refused') sendNext(chain, inPlaceOf(chain, outcome.error));
      else fail(chain, outcome.error);
    }
  };

  return {
    faults: () => {
      const oldest = performance.now() - REFUSAL_LASTS_MS;
      return [...refusing.values()].filter(({ at }) => at >= oldest).map(({ why }) => why);
    },
    publish: async (batch) => {
      if (closed) throw new JambusError('stopped', 'this connection to NATS is closed');
      // The client would keep it for the next connection, or drop it, as it happens.
      if (!link.connected()) throw new JambusError('bus_unavailable', 'there is no connection to NATS');
      if (batch.length === 0) return;
      await new Promise<void>((resolve, reject) => {
        const run: BatchUnderWay = {
          open: batch.length,
          failure: undefined,
          refused: undefined,
          settle: (failure) => (failure === undefined ? resolve() : reject(failure)),
        };
        for (const chain of chainsOf(batch, run, onOutcome)) sendNext(chain);
      });
    },
    close: () => {
      if (closed) return;
      closed = true;
      confirmed.close(new JambusError('stopped', 'the connection to NATS closed before this message was confirmed'));
    },
  };
}

function chainsOf(
  batch: readonly BusMessage[],
  run: BatchUnderWay,
  onOutcome: (chain: Chain, outcome: PublishOutcome) => void,
): readonly Chain[] {
  const chains: Chain[] = [];
  const ofChannels = {
    events: new Map<string, Chain>(),
    results: new Map<string, Chain>(),
    deadletters: new Map<string, Chain>(),
  };
  for (const message of batch) {
    const ofCalls = ofChannels[message.channel];
    const chain = ofCalls.get(message.callSid);
    if (chain === undefined) {
      const begun = chainOf(message, run, onOutcome);
      ofCalls.set(message.callSid, begun);
      chains.push(begun);
    } else chain.messages.push(message);
  }
  return chains;
}

function chainOf(
  first: BusMessage,
  batch: BatchUnderWay,
  told: (chain: Chain, outcome: PublishOutcome) => void,
): Chain {
  const chain: Chain = {
    channel: first.channel,
    batch,
    messages: [first],
    next: 0,
    reduced: undefined,
    onOutcome: (outcome) => told(chain, outcome),
  };
  return chain;
}

/**
 * What the stream is to know a message by. A dead letter has the id of its command, which another dead letter may have, too;
 * where it came from is its own. An event's id is not enough either: when every gateway and adapter was restarted, nobody
 * knows how far a call's epochs had been counted, and one may be counted again. Its time tells it from its namesake, and is
 * the same when it is sent again.
 */
function messageIdOf({ channel, attributes }: BusMessage): string | undefined {
  const { id, time, dlorigin } = attributes;
  if (channel === 'deadletters') return dlorigin ?? id;
  return channel === 'events' && id !== undefined ? `${id} ${time}` : id;
}

function unaddressable({ channel, callSid }: BusMessage): string {
  return `publishing to ${channel}: the call ${JSON.stringify(callSid)} cannot be part of a NATS subject`;
}
