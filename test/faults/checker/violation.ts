import { groupBy } from './group-by.ts';

/** What can be wrong with a history. */
export type Rule =
  | 'stored record missing'
  | 'no outcome'
  | 'two outcomes'
  | 'copies of a result differ'
  | 'result repeated'
  | 'result of no command'
  | 'result says something else than its command'
  | 'delivered but never written'
  | 'refused but written'
  | 'written without a result'
  | 'written twice'
  | 'written out of order'
  | 'written after its expiry'
  | 'expired too early'
  | 'expired although its call was there'
  | 'expiry told late'
  | 'precondition ignored'
  | 'precondition misjudged'
  | 'duplicate accepted'
  | 'refused for a wrong reason'
  | 'ended call not known as ended'
  | 'results out of order'
  | 'verb result missing'
  | 'verb result of another command'
  | 'event repeated'
  | 'copies of an event differ'
  | 'event numbers with a gap'
  | 'event numbers begin again'
  | 'event lost'
  | 'event out of order'
  | 'event nobody said'
  | 'event credited to another command'
  | 'call lost'
  | 'dead letter'
  | 'left to do';

export interface Violation {
  readonly rule: Rule;
  readonly callSid: string;
  /** For people. */
  readonly what: string;
}

/** One line for each rule that was broken, with how often and the first cases. */
export function summary(violations: readonly Violation[]): string[] {
  const byRule = groupBy(violations, ({ rule }) => rule);
  return [...byRule].map(([rule, cases]) => {
    const examples = cases.slice(0, 3).map(({ callSid, what }) => `${callSid}: ${what}`);
    return `${cases.length} × ${rule} (${examples.join('; ')})`;
  });
}
