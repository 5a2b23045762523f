import type { CallOutcome } from '../call-outcome.ts';
import type { Tally } from '../tally.ts';
import type { OrderFaults } from './order-check.ts';

/** How many different reasons of failure a report keeps. */
const MAX_REASONS = 20;

/** Times in real ms. */
export interface Spread {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** What a load came to. While it runs, what it has come to so far. */
export interface LoadReport {
  /** Calls that were asked for, and that were begun. */
  readonly wanted: number;
  readonly placed: number;
  /** Calls that are up. */
  readonly active: number;
  readonly completed: number;
  readonly rejected: number;
  readonly failed: number;
  readonly lost: number;
  /** Calls on which a frame came that would have crashed jambonz. */
  readonly crashed: number;
  /** From connect to accepted application; undefined while no call has ended. */
  readonly setup: Spread | undefined;
  readonly counters: Readonly<Tally>;
  readonly order: Readonly<OrderFaults>;
  /** Why calls did not complete, and how many. */
  readonly reasons: ReadonlyMap<string, number>;
  readonly durationMs: number;
}

/** Adds up how calls ended. */
export class OutcomeCount {
  readonly byReason = { completed: 0, rejected: 0, failed: 0, lost: 0 };
  readonly reasons = new Map<string, number>();
  crashed = 0;
  readonly #setups: number[] = [];

  add(outcome: CallOutcome): void {
    this.byReason[outcome.reason] += 1;
    if (outcome.crashed) this.crashed += 1;
    if (outcome.setupMs !== undefined) this.#setups.push(outcome.setupMs);
    if (outcome.reason !== 'completed') this.#addReason(`${outcome.reason}: ${outcome.detail}`);
  }

  setupSpread(): Spread | undefined {
    const sorted = Float64Array.from(this.#setups).sort();
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
    return sorted.length === 0 ? undefined : { p50: at(0.5), p99: at(0.99), max: at(1) };
  }

  #addReason(reason: string): void {
    const known = this.reasons.get(reason);
    if (known === undefined && this.reasons.size >= MAX_REASONS) return;
    this.reasons.set(reason, (known ?? 0) + 1);
  }
}
