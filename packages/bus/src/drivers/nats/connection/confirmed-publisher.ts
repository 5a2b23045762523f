import { JambusError } from '@jambus/schema';
import type { MsgHdrs, PublishOptions } from 'nats';
import { headersOf } from './headers.ts';
import type { LinkEvent, LinkSubscription } from './link.ts';
import { type AnswerMessage, type PublishAnswer, readPublishAnswer } from './publish-answer.ts';
import { quickAnswer } from './quick-answer.ts';
import type { AttributedRecord } from './record-bytes.ts';
import type { RecordWriter } from './record-writer.ts';

/** What became of a record that was published. */
export type PublishOutcome =
  | PublishAnswer
  /** No answer came, and none will be looked at any more: the stream may have it. */
  | { readonly kind: 'unanswered'; readonly error: JambusError };

export interface OutgoingRecord {
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly headers: MsgHdrs;
}

/** Publishes to streams and tells what they say to each record. */
export interface ConfirmedPublisher {
  /**
   * Publishes without waiting.
   *
   * @param onOutcome called once, but not before this returns; must not throw
   * @throws what the client says when it cannot take the record; `onOutcome` is not called then
   */
  publish(record: OutgoingRecord, onOutcome: (outcome: PublishOutcome) => void): void;
  /** As `publish`, with attributes for headers. */
  publishAttributed(record: AttributedRecord, onOutcome: (outcome: PublishOutcome) => void): void;
  /** What is under way is unanswered, with this error. Idempotent. */
  close(error: JambusError): void;
}

/** What a confirmed publisher needs of a link. */
export interface PublisherLink {
  inbox(): string;
  readonly nc: { publish(subject: string, payload: Uint8Array, options: PublishOptions): void };
  readonly writer: RecordWriter;
  listen(listener: (event: LinkEvent) => void): () => void;
  subscribe(subject: string, onMessage: (message: AnswerMessage) => void): Pick<LinkSubscription, 'unsubscribe'>;
}

interface UnderWay {
  readonly subject: string;
  readonly sentAt: number;
  readonly onOutcome: (outcome: PublishOutcome) => void;
}

/**
 * How long the stream may take to confirm a record, ms. What a leader has proposed when it loses the lead gets no answer, and
 * everybody behind it waits for this time; a record that is sent again too early has no second effect.
 */
const CONFIRM_WITHIN_MS = 2_000;
const SWEEP_INTERVAL_MS = 250;

/**
 * Each record carries the number of its answer's inbox, and answers are matched as they come: several times as fast as the
 * client's own JetStream publish, which makes a request of each.
 *
 * Servers from 2.14 confirm many records at once on streams that allow it (`allow_batched`), and are not asked to, as a record
 * of a batch can be confirmed with it that is not stored (`processJetStreamFastBatchMsg` of nats-server 2.14.9 and 2.15.2).
 * Where a stream has copies, a record whose id is in process from another publisher is passed over without a word, before it
 * is decided; by itself it is answered with an error, and sent again. Where it has none, and has no room for a record, those
 * behind it are stored, and their number is confirmed as if nothing was missing.
 */
export function createConfirmedPublisher(link: PublisherLink): ConfirmedPublisher {
  const inbox = link.inbox();
  /** By number, so that the oldest comes first. */
  const underWay = new Map<number, UnderWay>();
  let lastNumber = 0;

  const onAnswer = (answer: AnswerMessage): void => {
    const number = Number(answer.subject.slice(inbox.length + 1));
    const sent = underWay.get(number);
    // One that comes after its time: somebody has been told already that there is none.
    if (sent === undefined) return;
    underWay.delete(number);
    sent.onOutcome(quickAnswer(answer.data) ?? readPublishAnswer(answer, sent.subject));
  };

  const endAll = (outcome: PublishOutcome, which: (sent: UnderWay) => boolean): void => {
    for (const [number, sent] of [...underWay]) {
      if (!which(sent)) continue;
      underWay.delete(number);
      sent.onOutcome(outcome);
    }
  };
  const unanswered = (why: string): PublishOutcome => {
    return { kind: 'unanswered', error: new JambusError('bus_unavailable', why) };
  };

  const sweep = setInterval(() => {
    const oldest = performance.now() - CONFIRM_WITHIN_MS;
    const [first] = underWay.values();
    if (first === undefined || first.sentAt > oldest) return;
    endAll(unanswered('NATS did not confirm a message in time'), ({ sentAt }) => sentAt <= oldest);
  }, SWEEP_INTERVAL_MS);

  const subscription = link.subscribe(`${inbox}.*`, onAnswer);
  const unlisten = link.listen((event) => {
    if (event.kind === 'disconnected') {
      endAll(unanswered('the connection to NATS is gone'), () => true);
    } else if (event.kind === 'publish_refused') {
      const error = new JambusError('bus_refused', `NATS grants no right to publish on ${event.subject}`);
      endAll({ kind: 'refused', error, nobodyThere: false }, ({ subject }) => subject === event.subject);
    }
  });

  const publish = ({ subject, payload, headers }: OutgoingRecord, number: number): void => {
    link.writer.flush();
    link.nc.publish(subject, payload, { reply: `${inbox}.${number}`, headers });
  };

  return {
    publish: (record, onOutcome) => {
      const number = ++lastNumber;
      publish(record, number);
      underWay.set(number, { subject: record.subject, sentAt: performance.now(), onOutcome });
    },
    publishAttributed: (record, onOutcome) => {
      const number = ++lastNumber;
      const { subject } = record;
      if (!link.writer.write(record, inbox, number)) {
        const headers = headersOf(record.attributes, record.messageId);
        publish({ subject, payload: record.payload, headers }, number);
      }
      underWay.set(number, { subject, sentAt: performance.now(), onOutcome });
    },
    close: (error) => {
      clearInterval(sweep);
      unlisten();
      subscription.unsubscribe();
      endAll({ kind: 'unanswered', error }, () => true);
    },
  };
}
