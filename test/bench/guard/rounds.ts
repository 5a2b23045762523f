import { quantileOf, spreadOf } from '../statistics.ts';

/** One burst over the hot path, and the reference loop right after it. */
export interface Round {
  /** CPU of one round trip, µs. */
  readonly hotPathUs: number;
  /** CPU of one step of the loop, µs. */
  readonly referenceUs: number;
}

export interface Ratio {
  /** A round trip in steps of the reference loop: the median of the medians of the processes. */
  readonly ratio: number;
  /** Quartiles over the rounds of all processes. */
  readonly lower: number;
  readonly upper: number;
  /** Medians of CPU, µs. */
  readonly hotPathUs: number;
  readonly referenceUs: number;
}

/**
 * Compilers do not decide alike in every process, so each process counts once, however its rounds went.
 *
 * @param processes the rounds of each
 * @throws Error when a round says nothing, because a part of it took no CPU, or there is none
 */
export function ratioOf(processes: readonly (readonly Round[])[]): Ratio {
  const all = processes.flat();
  if (all.length === 0 || processes.some((rounds) => rounds.length === 0)) throw new Error('a process had no rounds');
  if (!all.every(({ hotPathUs, referenceUs }) => hotPathUs > 0 && referenceUs > 0)) {
    throw new Error('a round took no CPU, so the counter of the operating system is too coarse');
  }
  const ratios = (rounds: readonly Round[]): number[] => rounds.map((round) => round.hotPathUs / round.referenceUs);
  const sorted = Float64Array.from(ratios(all)).sort();
  return {
    ratio: spreadOf(processes.map((rounds) => spreadOf(ratios(rounds)).median)).median,
    lower: quantileOf(sorted, 0.25),
    upper: quantileOf(sorted, 0.75),
    hotPathUs: spreadOf(all.map((round) => round.hotPathUs)).median,
    referenceUs: spreadOf(all.map((round) => round.referenceUs)).median,
  };
}
