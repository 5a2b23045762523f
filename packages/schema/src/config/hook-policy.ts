import { type Static, Type } from '@sinclair/typebox';
import { matcherOf } from './pattern.ts';

/**
 * What a hook of jambonz gets. `by-kind`: what its kind asks for, as the verbs of the call have named it. `await`: the ack that
 * comes from the bus, until a deadline. `immediate`: an empty ack at once.
 */
export const HookMode = Type.Union([Type.Literal('by-kind'), Type.Literal('immediate'), Type.Literal('await')]);
export type HookMode = Static<typeof HookMode>;

/** The mode of the hooks that a pattern fits. */
export const HookRule = Type.Object({ pattern: Type.String({ minLength: 1 }), mode: HookMode });
export type HookRule = Static<typeof HookRule>;

/** Modes of hooks by patterns, the first that fits, and the mode of all others. */
export interface HookPolicy {
  readonly default: HookMode;
  readonly rules: readonly HookRule[];
}

export const HookPolicy = Type.Unsafe<HookPolicy>(
  Type.Object({ default: HookMode, rules: Type.Array(HookRule) }, { additionalProperties: false }),
);

/** Key of the written form that stands for all hooks not named. */
const EVERY_OTHER = '*';

/**
 * Reads the written form: `by-kind`, `immediate`, `await`, or JSON from pattern to mode such as
 * `{"*":"by-kind","/menu":"await","/log/*":"immediate"}`. Without `*` the hooks not named are `by-kind`. Gives the text back
 * unchanged when it is none of these.
 */
export function parseHookPolicy(text: string): unknown {
  if (!text.startsWith('{')) return { default: text, rules: [] };
  let written: Record<string, unknown>;
  try {
    written = JSON.parse(text);
  } catch {
    return text; // Reported by the check against the schema, together with every other fault.
  }
  const rules: unknown[] = [];
  for (const [pattern, mode] of Object.entries(written)) {
    if (pattern !== EVERY_OTHER) rules.push({ pattern, mode });
  }
  return { default: written[EVERY_OTHER] ?? 'by-kind', rules };
}

/**
 * The mode of a hook. A pattern is a path or an address in which `*` stands for any characters; it is held against the hook as
 * it comes, without its query, and without the address of its server.
 */
export function createHookModes(policy: HookPolicy): (hook: string) => HookMode {
  const rules = policy.rules.map(({ pattern, mode }) => ({ fits: matcherOf(pattern), mode }));
  return (hook) => {
    if (rules.length === 0) return policy.default;
    const forms = formsOf(hook);
    return rules.find(({ fits }) => forms.some((form) => fits(form)))?.mode ?? policy.default;
  };
}

function formsOf(hook: string): readonly string[] {
  const bare = hook.split(/[?#]/, 1)[0] ?? '';
  const path = /^\w+:\/\/[^/]+(\/.*)?$/.exec(bare);
  return path === null ? [hook, bare] : [hook, bare, path[1] ?? '/'];
}
