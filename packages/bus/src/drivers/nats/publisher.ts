import { type BusNames, JambusError } from '@jambus/schema';
import { createInbox, type Msg } from 'nats';
import type { BusMessage, EventSink } from '../../port/index.ts';
import { fromNats } from './connection/errors.ts';
import { headersOf } from './connection/headers.ts';
import type { NatsLink } from './connection/link.ts';
import { isNobodyThere, readPublishAnswer } from './connection/publish-answer.ts';
import { type NatsNames, subjectOf } from './subjects.ts';

/** How long the stream may take to confirm a message, ms. */
const CONFIRM_WITHIN_MS = 5_000;
const SWEEP_INTERVAL_MS = 500;

/** The messages of one call on one channel, of which one at a time is under way. */
interface Chain {
  readonly batch: BatchUnderWay;
  readonly messages: BusMessage[];
  next: number;
}

interface UnderWay {
  readonly chain: Chain;
  readonly message: BusMessage;
  readonly subject: string;
  readonly sentAt: number;
}

interface BatchUnderWay {
  /** Messages that have no answer yet. */
  open: number;
  failure: JambusError | undefined;
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
  /** Refuses from here on, and answers what is under way with `stopped`. */
  close(): void;
}

/**
 * Publishes without waiting: each message carries the number of its answer's inbox, and answers are matched as they come.
 * Of one call only one message is under way: if a cluster's leader changes between two of them, the first could be lost
 * and the second stored, and sending both again would turn them round.
 *
 * A message that gets no answer fails its batch. Sent again it has no second effect, as the stream knows it by its id.
 */
export function createPublisher({ link, names, natsNames, onNobodyThere }: PublisherOptions): Publisher {
  const inbox = createInbox();
  /** By number, so that the oldest comes first. */
  const underWay = new Map<number, UnderWay>();
  let lastNumber = 0;
  let closed = false;

  const settle = (batch: BatchUnderWay, messages: number, failure?: JambusError): void => {
    batch.open -= messages;
    // What may pass decides: the whole batch comes again then, and what is refused for good is refused again.
    if (failure !== undefined && (batch.failure === undefined || failure.retryable)) batch.failure = failure;
    if (batch.open === 0) batch.settle(batch.failure);
  };

  const fail = (chain: Chain, failure: JambusError): void => {
    const left = chain.messages.length - chain.next;
    chain.next = chain.messages.length;
    settle(chain.batch, left + 1, failure);
  };

  const sendNext = (chain: Chain): void => {
    const message = chain.messages[chain.next++];
    if (message === undefined) return;
    const number = ++lastNumber;
    try {
      const subject = subjectOf(message, names);
      if (subject === undefined) throw new JambusError('bus_refused', unaddressable(message));
      const headers = headersOf(message.attributes, messageIdOf(message));
      underWay.set(number, { chain, message, subject, sentAt: performance.now() });
      link.nc.publish(subject, message.payload, { reply: `${inbox}.${number}`, headers });
    } catch (error) {
      underWay.delete(number);
      fail(chain, fromNats(error, `publishing to ${message.channel}`));
    }
  };

  /** Whoever waits for a result gets it at once; should that fail, it is on the bus all the same. */
  const reply = ({ replyTo, attributes, payload }: BusMessage): void => {
    if (replyTo === undefined) return;
    try {
      link.nc.publish(`${natsNames.replies}.${replyTo}`, payload, { headers: headersOf(attributes, undefined) });
    } catch (error) {
      link.onTrouble(fromNats(error, 'answering a request'));
    }
  };

  const onAnswer = (answer: Msg): void => {
    const number = Number(answer.subject.slice(inbox.length + 1));
    const sent = underWay.get(number);
    // One that comes after its time: the message is sent again, and answered again.
    if (sent === undefined) return;
    underWay.delete(number);
    const read = readPublishAnswer(answer, sent.subject);
    if (read.kind === 'refused') {
      if (isNobodyThere(answer)) onNobodyThere();
      fail(sent.chain, read.error);
    } else {
      reply(sent.message);
      settle(sent.chain.batch, 1);
      sendNext(sent.chain);
    }
  };

  const failAll = (failure: JambusError, which: (sent: UnderWay) => boolean): void => {
    for (const [number, sent] of [...underWay]) {
      if (!which(sent)) continue;
      underWay.delete(number);
      fail(sent.chain, failure);
    }
  };

  const sweep = setInterval(() => {
    const oldest = performance.now() - CONFIRM_WITHIN_MS;
    const [first] = underWay.values();
    if (first === undefined || first.sentAt > oldest) return;
    failAll(
      new JambusError('bus_unavailable', 'NATS did not confirm a message in time'),
      ({ sentAt }) => sentAt <= oldest,
    );
  }, SWEEP_INTERVAL_MS);

  const subscription = link.subscribe(`${inbox}.*`, onAnswer);
  const unlisten = link.listen((event) => {
    if (event.kind === 'disconnected') {
      failAll(new JambusError('bus_unavailable', 'the connection to NATS is gone'), () => true);
    } else if (event.kind === 'publish_refused') {
      const failure = new JambusError('bus_refused', `NATS grants no right to publish on ${event.subject}`);
      failAll(failure, ({ subject }) => subject === event.subject);
    }
  });

  return {
    publish: async (batch) => {
      if (closed) throw new JambusError('stopped', 'this connection to NATS is closed');
      // The client would keep it for the next connection, or drop it, as it happens.
      if (!link.connected()) throw new JambusError('bus_unavailable', 'there is no connection to NATS');
      if (batch.length === 0) return;
      await new Promise<void>((resolve, reject) => {
        const run: BatchUnderWay = {
          open: batch.length,
          failure: undefined,
          settle: (failure) => (failure === undefined ? resolve() : reject(failure)),
        };
        for (const chain of chainsOf(batch, run)) sendNext(chain);
      });
    },
    close: () => {
      if (closed) return;
      closed = true;
      clearInterval(sweep);
      unlisten();
      subscription.unsubscribe();
      failAll(
        new JambusError('stopped', 'the connection to NATS closed before this message was confirmed'),
        () => true,
      );
    },
  };
}

function chainsOf(batch: readonly BusMessage[], run: BatchUnderWay): Iterable<Chain> {
  const chains = new Map<string, Chain>();
  for (const message of batch) {
    const key = `${message.channel} ${message.callSid}`;
    const chain = chains.get(key);
    if (chain === undefined) chains.set(key, { batch: run, messages: [message], next: 0 });
    else chain.messages.push(message);
  }
  return chains.values();
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
