import {
  type CommandFrame,
  type DeliveredFrame,
  type Outcome,
  type OutcomesFrame,
  type ResultFrame,
  resultOf,
  type SettledFrame,
} from '@jambus/link';
import { JambusError, type RejectionCode } from '@jambus/schema';
import type { CommandSlots } from './command-slots.ts';

/** What came of a command at a gateway. */
export type LinkOutcome =
  | { readonly kind: 'settled'; readonly code: RejectionCode | undefined }
  /** It had no effect there: send it again where the call is. */
  | { readonly kind: 'returned' }
  /** The link went down with it: the gateway may have decided it, and tells that when it is in reach again. */
  | { readonly kind: 'lost' };

export const RETURNED: LinkOutcome = { kind: 'returned' };
const LOST: LinkOutcome = { kind: 'lost' };
const SETTLED: LinkOutcome = { kind: 'settled', code: undefined };

/** A command without the number the link gives it. */
export type LinkCommand = Omit<CommandFrame, 't' | 'n'>;

/** A result, with the number of the command that is settled once it is on the bus, if that came from here. */
export type ReportedResult = ResultFrame & { settles?: number };

interface Entry {
  readonly command: LinkCommand;
  readonly bytes: number;
  readonly signal: AbortSignal;
  readonly done: (outcome: LinkOutcome) => void;
  /** It counts in the window. */
  counts: boolean;
}

/** The commands that are at a gateway, by their number on the link. */
export class CommandsUnderWay {
  readonly #slots: CommandSlots;
  readonly #withdraw: (numbers: number[]) => void;
  readonly #entries = new Map<number, Entry>();
  /** Signals that are listened to: one listener for all commands of a partition. */
  readonly #watched = new WeakSet<AbortSignal>();

  /** @param withdraw takes commands back, as their signal has aborted; they are still answered */
  constructor(slots: CommandSlots, withdraw: (numbers: number[]) => void) {
    this.#slots = slots;
    this.#withdraw = withdraw;
  }

  get size(): number {
    return this.#entries.size;
  }

  /**
   * A command that has a slot goes out under this number.
   *
   * @param done told what came of it, once
   */
  add(n: number, command: LinkCommand, bytes: number, signal: AbortSignal, done: (outcome: LinkOutcome) => void): void {
    this.#watch(signal);
    this.#entries.set(n, { command, bytes, signal, done, counts: true });
  }

  /** @throws JambusError `link_refused` when the gateway speaks of a command that is not under way */
  settle({ held = [], settled = [], refused = [], returned = [] }: OutcomesFrame): void {
    for (const n of held) this.#leaveWindow(this.#entryOf(n));
    for (const n of settled) this.#end(n, SETTLED);
    for (const [n, code] of refused) this.#end(n, { kind: 'settled', code });
    for (const n of returned) this.#end(n, RETURNED);
  }

  /**
   * The result of a command that is under way.
   *
   * @throws JambusError `link_refused` when the gateway speaks of another one
   */
  resultBy({ n, command, verdict, ahead, traceparent, parent }: SettledFrame): ReportedResult {
    return this.#resultOf(command, n, { verdict, isInTurn: ahead === undefined, traceparent, parent });
  }

  /** The results of commands that were delivered. Throws like `resultBy`. */
  *resultsBy({ n, commands, at: times }: DeliveredFrame): Iterable<ReportedResult> {
    for (const [index, command] of commands.entries()) {
      const at = times[index];
      if (at === undefined) throw new JambusError('link_refused', `no time for the delivery of command ${command}`);
      const verdict = { status: 'delivered', at } as const;
      yield this.#resultOf(command, n + index, { verdict, isInTurn: true, traceparent: undefined, parent: undefined });
    }
  }

  /** A result is on the bus. One of a former connection may be that of another command here. */
  settleBy({ settles = 0, position, verdict: { code } }: ReportedResult): void {
    if (this.#entries.get(settles)?.command.position !== position) return;
    this.#end(settles, code === undefined ? SETTLED : { kind: 'settled', code });
  }

  /** The connection is lost, and it will not tell what came of them. */
  abandon(): void {
    const abandoned = [...this.#entries.values()];
    this.#entries.clear();
    for (const { done } of abandoned) done(LOST);
  }

  #resultOf(settles: number, n: number, outcome: Outcome): ReportedResult {
    const result: ReportedResult = resultOf(this.#entryOf(settles).command, n, outcome);
    result.settles = settles;
    return result;
  }

  #entryOf(n: number): Entry {
    const entry = this.#entries.get(n);
    if (entry === undefined) {
      throw new JambusError('link_refused', `an outcome for command ${n}, which is not under way`);
    }
    return entry;
  }

  #end(n: number, outcome: LinkOutcome): void {
    const entry = this.#entryOf(n);
    this.#entries.delete(n);
    entry.done(outcome);
    this.#leaveWindow(entry);
  }

  #leaveWindow(entry: Entry): void {
    if (!entry.counts) return;
    entry.counts = false;
    this.#slots.release(entry.bytes);
  }

  #watch(signal: AbortSignal): void {
    if (this.#watched.has(signal)) return;
    this.#watched.add(signal);
    const onAbort = (): void => {
      const numbers: number[] = [];
      for (const [n, entry] of this.#entries) if (entry.signal === signal) numbers.push(n);
      if (numbers.length > 0) this.#withdraw(numbers);
    };
    signal.addEventListener('abort', onAbort, { once: true });
  }
}
