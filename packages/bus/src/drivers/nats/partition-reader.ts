import { JambusError } from '@jambus/schema';
import { AckPolicy, type ConsumerInfo, DeliverPolicy, nanos } from 'nats';
import type { OnTrouble } from '../../trouble.ts';
import { type Backoff, backoffMs } from '../../waiting/backoff.ts';
import { pause } from '../../waiting/pause.ts';
import { fromNats, isStreamMissing } from './connection/errors.ts';
import type { NatsLink } from './connection/link.ts';
import { type Delivery, openPull, type Pull } from './connection/pull.ts';
import { readSinglyDuring } from './read-singly.ts';

/** Where what is read goes. */
export interface Intake {
  readonly hasRoom: boolean;
  whenRoom(): Promise<void>;
  /** Must not throw. */
  take(delivery: Delivery): void;
}

export interface PartitionReaderOptions {
  readonly link: NatsLink;
  readonly stream: string;
  /** Creation time of the stream whose sequences `startAfter` is among. */
  readonly streamCreated: string;
  readonly filterSubject: string;
  readonly startAfter: number;
  readonly intake: Intake;
  /** Called when the stream is gone: somebody has to make it anew. */
  readonly onStreamMissing: () => void;
  /** Told of at least so many messages that were deleted before anybody has read them, and which was read last. */
  readonly onSkipped: (count: number, last: number) => void;
  readonly onTrouble: OnTrouble;
}

/** Most messages asked for or waiting for room, and most bytes asked for at a time. */
const MOST_IN_HAND = 1_000;
const MOST_BYTES = 8 * 1024 * 1024;
/** A consumer that nobody pulls from is deleted after this time, ms. */
const INACTIVE_AFTER_MS = 30_000;
const HEARTBEAT_MS = 500;
/** A consumer in the memory of a server that died is missed after this time, ms. Another one is made in a moment. */
const SILENT_AFTER_MS = 2_000;
const RETRIES: Backoff = { firstMs: 50, maxMs: 2_000 };

/**
 * Reads one partition in order until the signal aborts, by one consumer after the other: each begins behind the last
 * message of the one before.
 *
 * @returns early when the stream is another than that of `startAfter`, so that its sequences mean nothing
 * @throws JambusError that is not retryable
 */
export async function readPartition(options: PartitionReaderOptions, signal: AbortSignal): Promise<void> {
  const { link, stream, onTrouble } = options;
  const queue = new Queue(options.intake);
  let last = options.startAfter;
  /** Messages behind the last one, by what the server said with it. More may have come since. */
  let behind = 0;
  const missed = (count: number): void => {
    if (count > 0) options.onSkipped(count, last);
  };
  const singly = {
    ...options,
    after: () => last,
    hasRoom: () => options.intake.hasRoom,
    onDelivery: (delivery: Delivery) => {
      last = delivery.sequence;
      behind = Math.max(0, behind - 1);
      queue.add(delivery);
    },
  };
  for (let failures = 0; !signal.aborted; ) {
    try {
      const before = last;
      const creating = createConsumer(options, before + 1);
      await readSinglyDuring(creating, singly, signal);
      const { name: consumer, num_pending: left } = await creating;
      if (last !== before) {
        // It would bring again what was read meanwhile.
        deleteConsumer(options, consumer);
        continue;
      }
      // Not before: a stream that is made anew between the two would be read from the middle, as if it were the former one.
      const { created, config } = await link.jsm.streams.info(stream);
      if (created !== options.streamCreated) {
        deleteConsumer(options, consumer);
        return;
      }
      failures = 0;
      // A stream that stays the same and has less than before has been purged.
      missed(behind - left);
      behind = left;
      // Servers before 2.10 go on telling what was behind before a purge; but they know of no partitions.
      const isWhole = config.subjects?.length === 1 && config.subjects[0] === options.filterSubject;
      let isFirst = true;
      const why = await pullUntilBroken(options, consumer, signal, queue, (delivery) => {
        missed(isWhole && !isFirst ? delivery.sequence - last - 1 : behind - delivery.pending - 1);
        isFirst = false;
        last = delivery.sequence;
        behind = delivery.pending;
        queue.add(delivery);
      });
      deleteConsumer(options, consumer);
      if (why !== undefined && !signal.aborted && link.connected()) onTrouble({ kind: 'broker_failed', error: why });
    } catch (thrown) {
      const error = fromNats(thrown, `reading ${options.filterSubject}`);
      if (signal.aborted) return;
      if (!error.retryable) throw error;
      if (isStreamMissing(thrown)) options.onStreamMissing();
      else if (link.connected()) onTrouble({ kind: 'broker_failed', error });
      await pause(backoffMs(++failures, RETRIES), signal);
    }
  }
}

async function createConsumer(
  { link, stream, filterSubject }: PartitionReaderOptions,
  start: number,
): Promise<ConsumerInfo> {
  if (!link.connected()) throw new JambusError('bus_unavailable', 'there is no connection to NATS');
  return await link.jsm.consumers.add(stream, {
    ack_policy: AckPolicy.None,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: start,
    // Not the list form, which hangs on servers before 2.10.
    filter_subject: filterSubject,
    inactive_threshold: nanos(INACTIVE_AFTER_MS),
    max_deliver: 1,
    mem_storage: true,
    num_replicas: 1,
  });
}

/** The server deletes it by itself in a while, so what comes of this does not matter. */
function deleteConsumer({ link, stream }: PartitionReaderOptions, consumer: string): void {
  if (link.connected()) link.jsm.consumers.delete(stream, consumer).catch(() => {});
}

/** @returns why the consumer can no longer be used; undefined when the signal aborted */
function pullUntilBroken(
  { link, stream }: PartitionReaderOptions,
  consumer: string,
  signal: AbortSignal,
  queue: Queue,
  onDelivery: (delivery: Delivery) => void,
): Promise<JambusError | undefined> {
  return new Promise((resolve) => {
    const end = (why?: JambusError): void => {
      signal.removeEventListener('abort', onAbort);
      queue.onRoom = () => {};
      pull.close();
      resolve(why);
    };
    const onAbort = () => end();
    const ask = () => queue.askOf(pull);
    const pull = openPull({
      link,
      stream,
      consumer,
      maxBytes: Math.max(MOST_BYTES, 2 * (link.nc.info?.max_payload ?? 0)),
      heartbeatMs: HEARTBEAT_MS,
      silentAfterMs: SILENT_AFTER_MS,
      gapless: true,
      onDelivery: (delivery) => {
        onDelivery(delivery);
        ask();
      },
      onLapsed: ask,
      onBroken: end,
      onLate: undefined,
    });
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) return end();
    queue.onRoom = ask;
    ask();
  });
}

/** What has been delivered and has no room yet, at most `MOST_IN_HAND`. */
class Queue {
  readonly #intake: Intake;
  readonly #waiting: Delivery[] = [];
  #first = 0;
  #pausing = false;
  /** Called when there is room again. */
  onRoom = () => {};

  constructor(intake: Intake) {
    this.#intake = intake;
  }

  add(delivery: Delivery): void {
    this.#waiting.push(delivery);
    this.#drain();
  }

  /** Asks for as much as there may be in hand, once that is half gone. */
  askOf(pull: Pull): void {
    const inHand = pull.underWay + this.#waiting.length - this.#first;
    if (this.#intake.hasRoom && inHand <= MOST_IN_HAND / 2) pull.ask(MOST_IN_HAND - inHand);
    else if (!this.#intake.hasRoom) this.#awaitRoom();
  }

  #drain(): void {
    while (this.#first < this.#waiting.length && this.#intake.hasRoom) {
      const delivery = this.#waiting[this.#first++];
      if (delivery !== undefined) this.#intake.take(delivery);
    }
    if (this.#first < this.#waiting.length) this.#awaitRoom();
    // Not each time, as that would move all that waits.
    if (this.#first === this.#waiting.length || this.#first >= MOST_IN_HAND) {
      this.#waiting.splice(0, this.#first);
      this.#first = 0;
    }
  }

  #awaitRoom(): void {
    if (this.#pausing) return;
    this.#pausing = true;
    void this.#intake.whenRoom().then(() => {
      this.#pausing = false;
      // The intake has stopped when there is still none, since nobody else fills it.
      if (!this.#intake.hasRoom) return;
      this.#drain();
      this.onRoom();
    });
  }
}
