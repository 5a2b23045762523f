import { JambusError } from '@jambus/schema';
import { type BusMessage, type EventSink, MessagesRefused } from '../port/index.ts';
import { backoffMs } from '../waiting/backoff.ts';
import { Wakers } from '../waiting/wakers.ts';
import { Batch, type OnPublished, weightOf } from './batch.ts';
import type { OutboxOptions } from './outbox-options.ts';

/**
 * Puts messages on the bus in the order they come, many at a time: what comes while a batch is under way makes the next
 * one. Only ever one batch is under way, which is what keeps the order on brokers that let batches overtake each other.
 *
 * Trouble that may pass holds everything back and is tried again for ever; a message the broker refuses for good is
 * told so and holds back nobody. Where the sink cannot say which one it was, it is singled out by halving its batch.
 */
export class Outbox {
  readonly #sink: EventSink;
  readonly #options: OutboxOptions;
  /** The batch under way, then those that wait; new messages go to the newest. */
  #underWay: Batch | undefined;
  #oldest: Batch | undefined;
  #newest: Batch | undefined;
  #pendingMessages = 0;
  #pendingBytes = 0;
  #published = 0;
  #failed = 0;
  #retries = 0;
  #taken = 0;
  #answered = 0;
  /** Those who wait until everything up to a count of taken messages has its answer, lowest first. */
  readonly #flushes: { readonly upTo: number; readonly resolve: () => void }[] = [];
  #dropped: WeakSet<object> | undefined;
  /** `closing` takes nothing new and goes on publishing; in `closed` everything has been answered. */
  #state: 'open' | 'closing' | 'closed' = 'open';
  #draining: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  readonly #room = new Wakers();
  #onEmpty = () => {};
  #endPause = () => {};

  constructor(sink: EventSink, options: OutboxOptions) {
    this.#sink = sink;
    this.#options = options;
  }

  /** Messages taken and not yet with the broker. */
  get pendingMessages(): number {
    return this.#pendingMessages;
  }

  /** Their size, bytes. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Messages the broker has. */
  get published(): number {
    return this.#published;
  }

  /** Messages that were answered with an error. */
  get failed(): number {
    return this.#failed;
  }

  /** Attempts that failed and were made again. */
  get retries(): number {
    return this.#retries;
  }

  /** False from the bounds of the settings on, and while closing. */
  get hasRoom(): boolean {
    const { maxPendingMessages, maxPendingBytes } = this.#options.settings;
    return this.#state === 'open' && this.#pendingMessages < maxPendingMessages && this.#pendingBytes < maxPendingBytes;
  }

  /** Resolves when there is room, or when the outbox closes. */
  whenRoom(): Promise<void> {
    if (this.#state !== 'open' || this.hasRoom) return Promise.resolve();
    return this.#room.wait();
  }

  /**
   * Resolves when the broker has the message.
   *
   * @throws JambusError as `enqueue`, and whatever the broker refused the message with
   */
  publish(message: BusMessage): Promise<void> {
    return new Promise((resolve, reject) => {
      this.enqueue(message, (error) => (error === undefined ? resolve() : reject(error)));
    });
  }

  /**
   * The form without a promise, for many messages. `onPublished` is called once, later, and must not throw.
   *
   * What a reader has in hand when the room ends is still taken, up to twice the bounds.
   *
   * @param owner who publishes it, should `drop` be wanted later
   * @throws JambusError `overloaded` beyond that, `stopped` when closing; `onPublished` is not called then
   */
  enqueue(message: BusMessage, onPublished: OnPublished, owner?: object): void {
    if (this.#state !== 'open') throw new JambusError('stopped', 'the outbox is closing and takes no more messages');
    const bytes = weightOf(message);
    const { maxPendingMessages, maxPendingBytes } = this.#options.settings;
    if (this.#pendingMessages >= 2 * maxPendingMessages || this.#pendingBytes >= 2 * maxPendingBytes) {
      throw new JambusError('overloaded', 'the outbox is full; await whenRoom() before adding to it');
    }
    this.#taken++;
    this.#pendingMessages++;
    this.#pendingBytes += bytes;
    this.#batchFor(bytes).add(message, onPublished, bytes, owner);
    this.#draining ??= this.#drain();
  }

  /** Resolves when every message that has been taken so far has its answer. */
  flushed(): Promise<void> {
    if (this.#answered === this.#taken) return Promise.resolve();
    return new Promise((resolve) => this.#flushes.push({ upTo: this.#taken, resolve }));
  }

  /**
   * Publishes no more messages of this owner, because they go to the bus by another way. Each is answered with `stopped`.
   * A batch that is with the broker already is not called back.
   */
  drop(owner: object): void {
    this.#dropped ??= new WeakSet();
    this.#dropped.add(owner);
  }

  /**
   * Takes nothing more, publishes what is pending, and answers what is left after `deadlineMs` with `stopped` (a batch under
   * way then may or may not have reached the broker). Idempotent.
   */
  close(deadlineMs: number): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      this.#state = 'closing';
      this.#room.wake();
      const timer = setTimeout(() => this.#abandon(), deadlineMs);
      this.#onEmpty = () => {
        clearTimeout(timer);
        this.#state = 'closed';
        resolve();
      };
      if (this.#pendingMessages === 0) this.#onEmpty();
    });
    return this.#closing;
  }

  #batchFor(bytes: number): Batch {
    const { maxBatchMessages, maxBatchBytes } = this.#options.settings;
    const newest = this.#newest;
    if (newest !== undefined && newest.messages.length < maxBatchMessages && newest.bytes + bytes <= maxBatchBytes) {
      return newest;
    }
    const batch = new Batch();
    if (newest === undefined) this.#oldest = batch;
    else newest.next = batch;
    this.#newest = batch;
    return batch;
  }

  #takeBatch(): Batch | undefined {
    const batch = this.#oldest;
    this.#oldest = batch?.next;
    if (this.#oldest === undefined) this.#newest = undefined;
    this.#underWay = batch;
    return batch;
  }

  async #drain(): Promise<void> {
    // What this turn of the event loop brings goes together, instead of its first message alone.
    await new Promise((resolve) => setImmediate(resolve));
    for (let batch = this.#takeBatch(); batch !== undefined; batch = this.#takeBatch()) {
      this.#withdrawDropped(batch);
      if (batch.messages.length > 0) await this.#deliver(batch, 0, batch.messages.length);
    }
    this.#draining = undefined;
  }

  #withdrawDropped(batch: Batch): void {
    const dropped = this.#dropped;
    if (dropped === undefined) return;
    const withdrawn = batch.withdraw((owner) => owner === undefined || !dropped.has(owner));
    const error = new JambusError('stopped', 'its owner has dropped this message');
    for (const { message, onPublished } of withdrawn) this.#settle(message, onPublished, error);
    this.#afterAnswers();
  }

  /** Publishes the messages from index `from` up to, not including, `to`, and answers each. */
  async #deliver(batch: Batch, from: number, to: number): Promise<void> {
    const whole = from === 0 && to === batch.messages.length;
    const messages = whole ? batch.messages : batch.messages.slice(from, to);
    for (let attempt = 1; this.#state !== 'closed'; attempt++) {
      const error = await this.#attempt(messages);
      if (error === undefined || error instanceof MessagesRefused) return this.#answer(batch, to, error);
      if (!error.retryable && messages.length === 1) return this.#deliverReduced(batch, to, error);
      if (!error.retryable) {
        const middle = (from + to) >> 1;
        await this.#deliver(batch, from, middle);
        return this.#deliver(batch, middle, to);
      }
      this.#retries++;
      await this.#pause(backoffMs(attempt, this.#options.settings.backoff));
    }
  }

  /** The message before index `to` has been refused for good: what takes its place goes out, if anything does. */
  async #deliverReduced(batch: Batch, to: number, error: JambusError): Promise<void> {
    const reduced = batch.messages[to - 1]?.reduced;
    if (reduced === undefined) return this.#answer(batch, to, error);
    batch.messages[to - 1] = reduced(error);
    return this.#deliver(batch, to - 1, to);
  }

  async #attempt(messages: readonly BusMessage[]): Promise<JambusError | undefined> {
    try {
      await this.#sink.publish(messages);
      return undefined;
    } catch (thrown) {
      const error = JambusError.from(thrown);
      this.#options.onTrouble({ kind: 'publish_failed', error, messages: messages.length });
      return error;
    }
  }

  #pause(ms: number): Promise<void> {
    if (this.#state === 'closed') return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Answers everything in the batch that has no answer yet, up to index `to`. */
  #answer(batch: Batch, to: number, error: JambusError | undefined): void {
    while (batch.settled < to) {
      const index = batch.settled++;
      const message = batch.messages[index];
      if (message === undefined) break;
      const own = error instanceof MessagesRefused ? error.refused.get(message) : error;
      this.#settle(message, batch.callbacks[index], own);
    }
    this.#afterAnswers();
  }

  #settle(message: BusMessage, onPublished: OnPublished | undefined, error: JambusError | undefined): void {
    this.#answered++;
    this.#pendingMessages--;
    this.#pendingBytes -= weightOf(message);
    if (error === undefined) this.#published++;
    else this.#failed++;
    this.#tell(onPublished, error);
  }

  #afterAnswers(): void {
    while ((this.#flushes[0]?.upTo ?? Number.POSITIVE_INFINITY) <= this.#answered) this.#flushes.shift()?.resolve();
    if (this.hasRoom) this.#room.wake();
    if (this.#pendingMessages === 0) this.#onEmpty();
  }

  #tell(onPublished: OnPublished | undefined, error: JambusError | undefined): void {
    try {
      onPublished?.(error);
    } catch (thrown) {
      this.#options.onTrouble({ kind: 'callback_threw', error: JambusError.from(thrown) });
    }
  }

  #abandon(): void {
    const error = new JambusError('stopped', 'the outbox closed before the broker confirmed this message');
    for (let batch = this.#underWay ?? this.#takeBatch(); batch !== undefined; batch = this.#takeBatch()) {
      this.#answer(batch, batch.messages.length, error);
    }
    this.#endPause();
  }
}
