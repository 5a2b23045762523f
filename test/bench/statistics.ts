/** The middle of several values and how far they are apart. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Of values in ascending order; NaN of none. @param q between 0 and 1 */
export function quantileOf(sorted: Float64Array, q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

/** Of values in any order; all NaN of none. Of an even number of values the median is between the two in the middle. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = Float64Array.from(values).sort();
  const upper = quantileOf(sorted, 0.5);
  const lower = sorted.length % 2 === 0 ? (sorted[sorted.length / 2 - 1] ?? Number.NaN) : upper;
  return { median: (lower + upper) / 2, min: quantileOf(sorted, 0), max: quantileOf(sorted, 1) };
}
