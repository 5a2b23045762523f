import { type Static, Type } from '@sinclair/typebox';
import { BusPrefix, DEFAULT_PREFIX } from '../bus/names.ts';
import type { ConfigRule } from './config-schema.ts';
import { covers, matcherOf } from './pattern.ts';

/** The prefix of the applications whose websocket path fits a pattern. */
export const ApplicationRule = Type.Object({
  pattern: Type.String({ pattern: '^[/*]' }),
  prefix: BusPrefix,
});
export type ApplicationRule = Static<typeof ApplicationRule>;

/**
 * The applications of jambonz that are kept apart on the bus: prefixes by patterns, the first that fits, and the prefix of all
 * others.
 */
export interface Applications {
  readonly default: string;
  readonly rules: readonly ApplicationRule[];
}

export const Applications = Type.Unsafe<Applications>(
  Type.Object({ default: BusPrefix, rules: Type.Array(ApplicationRule) }, { additionalProperties: false }),
);

/** Key of the written form that stands for all paths not named. */
const EVERY_OTHER = '*';

/**
 * Reads the written form: JSON from pattern to prefix such as `{"/sales/*":"sales","/support":"support","*":"jambonz"}`. Without
 * `*` the paths not named have the prefix that adapters have by default. Gives the text back unchanged when it is none.
 */
export function parseApplications(text: string): unknown {
  let written: unknown;
  try {
    written = JSON.parse(text);
  } catch {
    return text; // Reported by the check against the schema, together with every other fault.
  }
  if (typeof written !== 'object' || written === null || Array.isArray(written)) return text;
  const { [EVERY_OTHER]: every = DEFAULT_PREFIX, ...named } = written as Record<string, unknown>;
  return { default: every, rules: Object.entries(named).map(([pattern, prefix]) => ({ pattern, prefix })) };
}

/** Every prefix that is named, once. */
export function prefixesOf(applications: Applications): readonly string[] {
  return [...new Set([...applications.rules.map(({ prefix }) => prefix), applications.default])];
}

/** The prefix of the application with a websocket path, the query left out. */
export function createPrefixes(applications: Applications): (path: string) => string {
  const rules = applications.rules.map(({ pattern, prefix }) => ({ fits: matcherOf(pattern), prefix }));
  return (path) => rules.find(({ fits }) => fits(path))?.prefix ?? applications.default;
}

/** Demands on the applications that a look at one pattern or prefix does not show. */
export const applicationRules: readonly ConfigRule<'applications'>[] = [
  { of: ['applications'], check: ({ applications }) => shadowed(applications as Applications) },
  { of: ['applications'], check: ({ applications }) => nested(applications as Applications) },
];

function shadowed({ rules }: Applications): string | undefined {
  for (const [at, { pattern }] of rules.entries()) {
    const before = rules.slice(0, at).find((earlier) => covers(earlier.pattern, pattern));
    if (before === undefined) continue;
    return `"${pattern}" never counts, because "${before.pattern}" stands before it: the first that fits counts, so put the narrow one first`;
  }
  return undefined;
}

function nested(applications: Applications): string | undefined {
  const prefixes = prefixesOf(applications);
  for (const inner of prefixes) {
    const outer = prefixes.find((each) => inner.startsWith(`${each}.`));
    if (outer === undefined) continue;
    return `the prefix ${inner} lies inside ${outer}: whoever may use ${outer}.> may use both, so choose prefixes of which none begins another`;
  }
  return undefined;
}
