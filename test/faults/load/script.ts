import { type CallPlan, type Kind, LOAD_MS } from './call-plan.ts';

/** A command that a publisher will publish. */
export interface Line {
  /** After the call began, ms. */
  readonly at: number;
  readonly form: Form;
  /** Left out: it has none, and what it is called comes from its place in the broker. `again`: that of so many lines before. */
  readonly id?: 'own' | { readonly again: number };
  /** Left out: the one that commands have when nothing is said. */
  readonly ttlMs?: number;
  readonly ifverbid?: string;
  /** `latest`: that of the last event its publisher has had. */
  readonly ifsequence?: number | 'latest';
}

/** What is in it. `say` has an id of its own, `greeting` one that all of its kind have. */
export type Form = 'token' | 'large token' | 'say' | 'greeting';

/** A verb that runs from the beginning of the call to its end. */
export const LASTING_VERB = 'lasting';

const LONG_MS = 30_000;
const SHORT_MS = 1_000;
const FIRST_AT = 500;
const NO_EVENT = 999_999;

/** What is published for a call behind its application, in the order of time. */
export function scriptOf(plan: CallPlan): readonly Line[] {
  return SCRIPTS[plan.kind](plan);
}

const SCRIPTS: Readonly<Record<Kind, (plan: CallPlan) => Line[]>> = {
  flood: ({ number, pace }) => every(3_000 / pace, 500, () => token(number)),
  burst: ({ number, pace }) => every(250 / pace, 20, () => token(number)),
  many: ({ pace }) => every(125 / pace, 3, mixed),
  few: () => [
    long({ at: 1_000, form: 'say', id: 'own' }),
    { at: 3_000, form: 'token', ttlMs: SHORT_MS },
    { at: 4_500, form: 'token', id: 'own', ifsequence: 'latest' },
    { at: 6_500, form: 'say' },
    long({ at: 8_500, form: 'token', id: { again: 4 } }),
    { at: 10_500, form: 'token', id: 'own', ttlMs: SHORT_MS },
  ],
  away: () => [
    ...[600, 700, 800].map((at): Line => ({ at, form: 'token', id: 'own' })),
    // One that waits, and those behind it which do not live so long.
    ...every(500, 1, (n) =>
      n % 3 === 0 ? long({ form: 'say' }) : { form: 'token', id: 'own', ttlMs: SHORT_MS },
    ).filter(({ at }) => at >= 2_000),
  ],
  ending: () => every(500, 1, (n) => long({ form: 'token', ...(n % 2 === 0 ? { id: 'own' } : {}) })),
  slow: ({ pace }) => every(250 / pace, 6, (n) => ({ form: 'large token', ...(n % 3 === 0 ? { id: 'own' } : {}) })),
  unknown: () => every(2_000, 1, (n) => long({ form: 'token', ...(n % 2 === 0 ? { id: 'own' } : {}) })),
};

/** Some calls have commands with ids of their own, in others they are called after their places. */
function token(call: number): Omit<Line, 'at'> {
  return call % 2 === 0 ? { form: 'token' } : long({ form: 'token', id: 'own' });
}

/** Of every kind, short and long lives, with and without conditions. */
function mixed(n: number): Omit<Line, 'at'> {
  const life = n % 4 === 0 ? { ttlMs: SHORT_MS } : { ttlMs: LONG_MS };
  switch (n % 10) {
    case 0:
      return { ...life, form: 'say', id: 'own' };
    case 1:
      return { ...life, form: 'greeting', id: 'own' };
    case 2:
      return { ...life, form: 'greeting' };
    case 3:
      return { ...life, form: 'token', id: 'own', ifverbid: LASTING_VERB };
    case 4:
      return { ...life, form: 'token', id: 'own', ifverbid: 'never' };
    case 5:
      return { ...life, form: 'token' };
    case 6:
      return { ...life, form: 'token', id: 'own', ifsequence: NO_EVENT };
    case 7:
      // The say of the same ten.
      return { ...life, form: 'token', id: { again: 7 } };
    default:
      return { ...life, form: 'token', id: 'own' };
  }
}

function long(line: Line): Line;
function long(line: Omit<Line, 'at'>): Omit<Line, 'at'>;
function long<T extends Omit<Line, 'at'>>(line: T): T {
  return { ...line, ttlMs: LONG_MS };
}

/** So many at a time, for as long as the load lasts. */
function every(ms: number, together: number, lineOf: (n: number) => Omit<Line, 'at'>): Line[] {
  const times = Math.floor((LOAD_MS - FIRST_AT) / ms);
  return Array.from({ length: times * together }, (_, n) => ({
    ...lineOf(n),
    at: FIRST_AT + Math.floor(n / together) * ms,
  }));
}
