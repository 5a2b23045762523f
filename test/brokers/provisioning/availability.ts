/** Why a broker cannot be had on this machine. */
export interface Unavailable {
  readonly available: false;
  /** One line for people: what was looked for, what was tried, and how to get one. */
  readonly line: string;
}

/** What becomes of a suite that needs a broker. */
export type Verdict = 'run' | 'skip' | 'fail';

/**
 * A developer without a broker gets skipped suites, and is told so. Where `CI` is set nobody reads what was skipped, so
 * there it is a failure.
 */
export function verdict(
  found: { readonly available: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): Verdict {
  if (found.available) return 'run';
  const ci = environment['CI'] ?? '';
  return ci === '' || ci === 'false' || ci === '0' ? 'skip' : 'fail';
}
