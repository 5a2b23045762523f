import type { Verdict } from './check-history.ts';
import { toldAfter } from './expiry.ts';
import type { Rule } from './violation.ts';
import { longestConfirmation, waitsOf } from './waits.ts';

/** What a run is told by, in the order of its columns. */
export type Figures = Readonly<Record<string, string | number>>;

/** The load that was held, what was lost, doubled, reordered or contradicted, and the worst waits. */
export function figuresOf({ of, violations }: Verdict): Figures {
  const count = (...rules: Rule[]): number => violations.filter(({ rule }) => rules.includes(rule)).length;
  const terminal = of.stories.map((story) => story.terminal[0]);
  const waits = waitsOf(of);
  const moving = waitsOf(of, of.history.facts.moves);
  const told = of.stories.map(toldAfter).filter((late) => late !== undefined);
  return {
    calls: [...of.calls.values()].filter(({ sockets }) => sockets.length > 0).length,
    commands: of.stories.length,
    delivered: terminal.filter((result) => result?.status === 'delivered').length,
    refused: terminal.filter((result) => result?.status === 'rejected').length,
    events: of.history.events.stored.length,
    lost: count('no outcome', 'delivered but never written', 'event lost', 'event numbers with a gap'),
    doubled: count('written twice', 'duplicate accepted', 'event repeated', 'event numbers begin again'),
    reordered: count('written out of order', 'results out of order', 'event out of order'),
    contradicted: count('two outcomes', 'copies of a result differ', 'refused but written'),
    'told late': count('expiry told late'),
    'worst told ms': told.reduce((a, b) => Math.max(a, b), 0),
    // What the broker let anybody wait for; of this, the confirmation of a command comes before the waits of jambus.
    'broker max ms': Math.max(longestConfirmation(of), of.history.facts.brokerMs),
    'p50 ms': waits.p50,
    'p99 ms': waits.p99,
    'max ms': waits.max,
    'p99 moving ms': moving.count === 0 ? '-' : moving.p99,
    wrong: violations.length,
  };
}
