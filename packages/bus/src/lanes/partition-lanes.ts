import { setMaxListeners } from 'node:events';
import { JambusError } from '@jambus/schema';
import type { BusMessage, CommandRecord, Outcome } from '../port/index.ts';
import { backoffMs } from '../waiting/backoff.ts';
import { Wakers } from '../waiting/wakers.ts';
import { type DeadLetter, type DeadLetterOutcome, deadLetterOf } from './dead-letter.ts';
import { DueQueue } from './due-queue.ts';
import type { PartitionLanesOptions } from './lanes-options.ts';
import { OverdueWatch } from './overdue-watch.ts';
import { writeProgress } from './progress.ts';
import { Window, type WindowEntry } from './window.ts';

/** What a record weighs beside its payload, bytes: attributes, position and our own bookkeeping, roughly. */
const RECORD_OVERHEAD_BYTES = 512;

interface Entry extends WindowEntry {
  readonly record: CommandRecord;
  /** The next record of the same call. */
  nextInLane: Entry | undefined;
  /** It is the oldest of its lane. */
  isFirst: boolean;
  /** `left`: dealt with, and it stays in the lane only until those before it have left. */
  state: 'waiting' | 'handling' | 'left';
  /** It was started out of its turn, because its life was over. */
  overdue: boolean;
  attempts: number;
  throwsInRow: number;
  /** Set once it is on its way to the dead letters; the lane has gone on then. */
  letter: Letter | undefined;
}

interface Letter {
  readonly letter: DeadLetter;
  failures: number;
  /** What is left to try, since what came before has just been refused for good; undefined: all of it is. */
  smaller: BusMessage[] | undefined;
}

/**
 * The engine of one partition, the same for every broker. Records go in in broker order; each call has a lane, lanes run
 * side by side, and in a lane one record at a time is with the handler, except that one whose life is over while it waits
 * goes there at once, to be refused. A record that names no call has a lane to itself.
 * `watermark` is what may be committed: everything up to it is finished.
 *
 * An idle lane does not exist. Waits of all lanes share one timer.
 */
export class PartitionLanes {
  readonly #options: PartitionLanesOptions;
  readonly #window: Window;
  /** The newest record of each call that has one at work or waiting; the older ones lead to it by `nextInLane`. */
  readonly #lanes = new Map<string, Entry>();
  readonly #due = new DueQueue<Entry>((entry) => this.#resume(entry));
  readonly #overdue: OverdueWatch<Entry>;
  readonly #abort = new AbortController();
  /** `stopping` starts nothing and waits for what runs; in `stopped` nothing moves any more. */
  #state: 'running' | 'stopping' | 'stopped' = 'running';
  #handling = 0;
  #lettersInFlight = 0;
  readonly #room = new Wakers();
  #stop: Promise<void> | undefined;
  #onStopped = () => {};

  constructor(options: PartitionLanesOptions) {
    this.#options = options;
    this.#window = new Window(options.startAfter, options.settings.limits);
    // Every running handler may listen, which is as many as the window allows and no leak.
    setMaxListeners(0, this.#abort.signal);
    const { expiresAt } = options.settings;
    this.#overdue = new OverdueWatch(
      ({ record }) => expiresAt(record),
      (entry) => this.#startOverdue(entry),
    );
    options.settings.observer.opened(this);
  }

  /** The offset up to which everything is finished. Final once `stop()` has resolved. */
  get watermark(): number {
    return this.#window.watermark;
  }

  /** What is finished beyond the watermark, as the text that stands beside it. Final once `stop()` has resolved. */
  progressText(maxBytes: number): string {
    if (this.#window.unfinished === 0) return '';
    // No record takes less than two bytes.
    return writeProgress(this.#window.watermark, this.#window.progress(maxBytes / 2), maxBytes);
  }

  /** Records taken and not finished. */
  get unfinished(): number {
    return this.#window.unfinished;
  }

  /** Size of the unfinished records, bytes. */
  get unfinishedBytes(): number {
    return this.#window.unfinishedBytes;
  }

  /** Calls with a record at work or waiting. */
  get activeCalls(): number {
    return this.#lanes.size;
  }

  /** False while the window is full, and from `stop()` on. */
  get hasRoom(): boolean {
    return this.#state === 'running' && this.#window.hasRoom;
  }

  /**
   * Takes the next record; its handler may start before this returns. The record is taken even when the window is full
   * (a driver may have it in hand already), but who goes on pushing then has no bound.
   *
   * @param offset above that of every earlier record; gaps are fine. One that was taken before is passed over, so a driver
   *   may rewind its reader without anything being handled twice. After `stop()` nothing is taken.
   * @returns whether there is room for another; if not, await `whenRoom()` before the next
   */
  push(record: CommandRecord, offset: number): boolean {
    if (this.#state !== 'running') return false;
    if (offset > this.#window.lastOffset) {
      this.#options.settings.observer.taken(record);
      this.#take(record, offset);
    }
    return this.#window.hasRoom;
  }

  /** Passes over a record that an earlier reader has finished; else as `push`. */
  skip(offset: number): void {
    if (this.#state !== 'running' || offset <= this.#window.lastOffset) return;
    if (this.#window.skip(offset)) this.#options.onAdvance(this.#window.watermark);
  }

  /** Resolves when there is room, or when the lanes stop. */
  whenRoom(): Promise<void> {
    if (this.#state !== 'running' || this.#window.hasRoom) return Promise.resolve();
    return this.#room.wait();
  }

  /**
   * Starts nothing more, tells the running handlers by their signal, and resolves when they and the dead letters under way
   * have ended, at the latest after `deadlineMs`. What is not finished then stays above the watermark. Idempotent.
   */
  stop(deadlineMs: number): Promise<void> {
    this.#stop ??= new Promise((resolve) => {
      this.#state = 'stopping';
      this.#due.clear();
      this.#overdue.clear();
      this.#room.wake();
      const timer = setTimeout(() => this.#end(), deadlineMs);
      this.#onStopped = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#abort.abort(new JambusError('stopped', 'the partition is being handed over or the adapter is stopping'));
      this.#endIfSettled();
    });
    return this.#stop;
  }

  #take(record: CommandRecord, offset: number): void {
    const entry: Entry = {
      record,
      offset,
      bytes: record.payload.byteLength + RECORD_OVERHEAD_BYTES,
      ordinal: this.#window.taken,
      offsetBefore: this.#window.lastOffset,
      older: undefined,
      newer: undefined,
      nextInLane: undefined,
      isFirst: false,
      state: 'waiting',
      overdue: false,
      attempts: 0,
      throwsInRow: 0,
      letter: undefined,
    };
    this.#window.add(entry);
    const newest = this.#enterLane(record.callSid, entry);
    if (newest === undefined) {
      entry.isFirst = true;
      this.#start(entry);
    } else {
      newest.nextInLane = entry;
      this.#overdue.watch(entry);
    }
  }

  /** Puts the entry at the end of its call's lane. Returns the one that is before it. */
  #enterLane(callSid: string | undefined, entry: Entry): Entry | undefined {
    if (callSid === undefined) return undefined;
    const newest = this.#lanes.get(callSid);
    this.#lanes.set(callSid, entry);
    return newest;
  }

  #startOverdue(entry: Entry): void {
    if (this.#state !== 'running') return;
    entry.overdue = true;
    this.#start(entry);
  }

  #start(entry: Entry): void {
    entry.state = 'handling';
    entry.attempts++;
    this.#handling++;
    const { unreadable } = entry.record;
    if (unreadable !== undefined) {
      this.#settle(entry, { kind: 'dead-letter', reason: 'invalid', detail: unreadable });
      return;
    }
    try {
      this.#options.handler(entry.record, this.#abort.signal, entry.overdue).then(
        (outcome) => {
          entry.throwsInRow = 0;
          this.#settle(entry, outcome);
        },
        (error: unknown) => this.#settle(entry, this.#outcomeOfThrow(entry, error)),
      );
    } catch (error) {
      this.#settle(entry, this.#outcomeOfThrow(entry, error));
    }
  }

  #settle(entry: Entry, outcome: Outcome): void {
    // Too late: the partition may be somebody else's by now.
    if (this.#state === 'stopped') return;
    this.#handling--;
    switch (outcome.kind) {
      case 'done':
        this.#leaveLane(entry);
        this.#finish(entry);
        break;
      case 'retry':
        if (this.#state === 'running') this.#due.add(entry, outcome.afterMs);
        break;
      case 'dead-letter':
        // The lane goes on at once: the dead letter has no order with what follows, and its broker may be away.
        this.#leaveLane(entry);
        this.#post(entry, this.#letterOf(entry, outcome));
        break;
    }
    this.#endIfSettled();
  }

  /**
   * A retryable error is transient trouble by its own word, and a throw while stopping may be no more than the stop: neither
   * counts towards the dead letters.
   */
  #outcomeOfThrow(entry: Entry, thrown: unknown): Outcome {
    const error = JambusError.from(thrown);
    const { onTrouble, settings } = this.#options;
    onTrouble({ kind: 'handler_threw', error, position: entry.record.position, attempts: entry.attempts });
    entry.throwsInRow = error.retryable ? 0 : entry.throwsInRow + 1;
    if (this.#state === 'running' && entry.throwsInRow >= settings.maxThrows) {
      return { kind: 'dead-letter', reason: 'internal', detail: error.message };
    }
    return { kind: 'retry', afterMs: backoffMs(entry.attempts, settings.backoff), reason: error.code };
  }

  #letterOf(entry: Entry, outcome: DeadLetterOutcome): Letter {
    const letter = deadLetterOf(entry.record, outcome, entry.attempts, this.#options.channelName);
    entry.letter = { letter, failures: 0, smaller: undefined };
    return entry.letter;
  }

  #post(entry: Entry, letter: Letter): void {
    this.#lettersInFlight++;
    const message = letter.smaller?.shift() ?? letter.letter.whole;
    // Async so that a throw on the way to the broker becomes a rejection like any other.
    const publish = async () => this.#options.publishDeadLetter(message);
    publish().then(
      () => this.#posted(entry, message),
      (error: unknown) => this.#postFailed(entry, letter, JambusError.from(error)),
    );
  }

  #posted(entry: Entry, message: BusMessage): void {
    this.#options.settings.observer.buried(message);
    if (this.#state === 'stopped') return;
    this.#lettersInFlight--;
    this.#finish(entry);
    this.#endIfSettled();
  }

  #postFailed(entry: Entry, letter: Letter, error: JambusError): void {
    if (this.#state === 'stopped') return;
    this.#lettersInFlight--;
    const { onTrouble, settings } = this.#options;
    onTrouble({ kind: 'dead_letter_failed', error, position: entry.record.position });
    if (!error.retryable) letter.smaller ??= [...letter.letter.smaller()];
    if (this.#state === 'running' && !error.retryable && letter.smaller?.[0] !== undefined) {
      // At once: it is a smaller one that helps, and not time.
      this.#post(entry, letter);
      return;
    }
    letter.failures++;
    // Only what was refused whole a moment ago may go without a part of it.
    letter.smaller = undefined;
    if (this.#state === 'running') this.#due.add(entry, backoffMs(letter.failures, settings.backoff));
    this.#endIfSettled();
  }

  #resume(entry: Entry): void {
    if (entry.letter === undefined) this.#start(entry);
    else this.#post(entry, entry.letter);
  }

  /** Takes the entry out of its lane when it is the first, and those behind it that were dealt with out of their turn. */
  #leaveLane(entry: Entry): void {
    entry.state = 'left';
    if (!entry.isFirst) return;
    let leaving = entry;
    for (let next = leaving.nextInLane; next !== undefined; next = leaving.nextInLane) {
      leaving.nextInLane = undefined;
      next.isFirst = true;
      if (next.state !== 'left') {
        this.#overdue.forget(next);
        if (next.state === 'waiting' && this.#state === 'running') this.#start(next);
        return;
      }
      leaving = next;
    }
    const { callSid } = leaving.record;
    if (callSid !== undefined) this.#lanes.delete(callSid);
  }

  #finish(entry: Entry): void {
    if (this.#window.remove(entry)) this.#options.onAdvance(this.#window.watermark);
    if (this.#window.hasRoom) this.#room.wake();
  }

  #endIfSettled(): void {
    if (this.#state === 'stopping' && this.#handling + this.#lettersInFlight === 0) this.#end();
  }

  #end(): void {
    this.#state = 'stopped';
    if (this.#handling > 0) this.#options.onTrouble({ kind: 'handlers_abandoned', count: this.#handling });
    this.#lanes.clear();
    this.#options.settings.observer.closed(this);
    this.#onStopped();
  }
}
