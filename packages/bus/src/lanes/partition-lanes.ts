import { setMaxListeners } from 'node:events';
import { JambusError } from '@jambus/schema';
import type { BusMessage, CommandRecord, Outcome } from '../port/index.ts';
import { backoffMs } from '../waiting/backoff.ts';
import { Wakers } from '../waiting/wakers.ts';
import { type DeadLetterOutcome, deadLetterOf } from './dead-letter.ts';
import { DueQueue } from './due-queue.ts';
import { Entry, Lane } from './lane.ts';
import type { PartitionLanesOptions } from './lanes-options.ts';
import type { Letter } from './letter.ts';
import { OverdueWatch } from './overdue-watch.ts';
import { writeProgress } from './progress.ts';
import { Window } from './window.ts';

/** What a record weighs beside its payload, bytes: attributes, position and our own bookkeeping, roughly. */
const RECORD_OVERHEAD_BYTES = 512;

/**
 * The engine of one partition, the same for every broker. Records go in in broker order; each call has a lane, and lanes run
 * side by side. In a lane the first record is with the handler; where that says that its place is kept, the next ones follow
 * it there, a bounded number of them, each told which one it is behind. A record whose life is over while it waits goes there
 * at once, to be refused. A record that names no call has a lane to itself.
 * `watermark` is what may be committed: everything up to it is finished.
 *
 * An idle lane does not exist. Waits of all lanes share one timer.
 */
export class PartitionLanes {
  readonly #options: PartitionLanesOptions;
  readonly #window: Window;
  /** Of each call that has a record at work or waiting. */
  readonly #lanes = new Map<string, Lane>();
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
  readonly #onFollow = (entry: Entry): void => {
    const { lane } = entry;
    if (lane === undefined || entry.state !== 'handling' || entry.overdue) return;
    entry.isFollowed = true;
    // One that was back and went out again: the order goes on from here.
    if (entry.nextInLane?.state === 'waiting') lane.last = entry;
    this.#goAhead(lane);
  };

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
    const lane = this.#laneOf(record.callSid);
    const entry = new Entry({
      record,
      offset,
      bytes: record.payload.byteLength + RECORD_OVERHEAD_BYTES,
      ordinal: this.#window.taken,
      offsetBefore: this.#window.lastOffset,
      lane,
      onFollow: this.#onFollow,
    });
    this.#window.add(entry);
    const before = lane?.newest;
    if (lane !== undefined) lane.newest = entry;
    if (before === undefined) {
      this.#startFirst(entry);
      return;
    }
    before.nextInLane = entry;
    this.#overdue.watch(entry);
    this.#goAhead(lane);
  }

  #laneOf(callSid: string | undefined): Lane | undefined {
    if (callSid === undefined) return undefined;
    let lane = this.#lanes.get(callSid);
    if (lane === undefined) {
      lane = new Lane(this.#options.settings.maxAhead);
      this.#lanes.set(callSid, lane);
    }
    return lane;
  }

  #startFirst(entry: Entry): void {
    entry.isFirst = true;
    if (entry.lane !== undefined) entry.lane.last = entry;
    this.#start(entry);
  }

  /** The next ones of the lane follow the last one to the handler, as far as they may. */
  #goAhead(lane: Lane | undefined): void {
    if (lane === undefined || this.#state !== 'running') return;
    const behind = lane.last;
    const next = lane.next;
    if (behind === undefined || next === undefined) return;
    this.#overdue.forget(next);
    lane.goAhead(next, behind);
    // What follows it comes here again.
    this.#start(next);
  }

  #startOverdue(entry: Entry): void {
    if (this.#state !== 'running') return;
    entry.overdue = true;
    entry.behind = undefined;
    this.#start(entry);
  }

  #start(entry: Entry): void {
    entry.state = 'handling';
    if (entry.isFirst) entry.behind = undefined;
    entry.attempts++;
    this.#handling++;
    const { unreadable } = entry.record;
    if (unreadable !== undefined) {
      this.#settle(entry, { kind: 'dead-letter', reason: 'invalid', detail: unreadable });
      return;
    }
    try {
      this.#options.handler(entry.record, this.#abort.signal, entry).then(
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
      case 'not-yet':
        this.#putBack(entry, outcome.maybeDecided);
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

  /** It was ahead of its turn, and waits for it again. Those behind it come back, too. */
  #putBack(entry: Entry, maybeDecided: boolean): void {
    const { lane, record } = entry;
    entry.state = 'waiting';
    entry.isFollowed = false;
    entry.attempts--;
    if (maybeDecided) entry.record = { ...record, maybeRepeated: true };
    lane?.endAhead(entry);
    if (lane !== undefined) lane.last = undefined;
    if (this.#state !== 'running') return;
    if (entry.isFirst) this.#startFirst(entry);
    else this.#overdue.watch(entry);
  }

  /** Takes the entry out of its lane when it is the first, and those behind it that were dealt with out of their turn. */
  #leaveLane(entry: Entry): void {
    const { lane } = entry;
    entry.state = 'left';
    lane?.endAhead(entry);
    if (!entry.isFirst) {
      this.#goAhead(lane);
      return;
    }
    let leaving = entry;
    for (let next = leaving.nextInLane; next !== undefined; next = leaving.nextInLane) {
      leaving.nextInLane = undefined;
      next.isFirst = true;
      lane?.endAhead(next);
      if (next.state !== 'left') {
        this.#overdue.forget(next);
        if (next.state !== 'waiting') this.#goAhead(lane);
        else if (this.#state === 'running') this.#startFirst(next);
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
