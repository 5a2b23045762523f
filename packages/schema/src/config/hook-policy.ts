import { type Static, Type } from '@sinclair/typebox';

/** What a hook of jambonz gets: an empty ack at once, or the ack that comes from the bus. */
export const HookMode = Type.Union([Type.Literal('immediate'), Type.Literal('await')]);
export type HookMode = Static<typeof HookMode>;

/** Modes of hooks by their path, and the mode of those that are not named. `byHook` has no prototype: look up freely. */
export interface HookPolicy {
  readonly default: HookMode;
  readonly byHook: Readonly<Record<string, HookMode>>;
}

export const HookPolicy = Type.Unsafe<HookPolicy>(
  Type.Object({ default: HookMode, byHook: Type.Record(Type.String(), HookMode) }, { additionalProperties: false }),
);

/** Key of the written form that stands for all hooks not named. */
const EVERY_OTHER = '*';

/**
 * Reads the written form: `immediate`, `await`, or JSON from hook to mode such as `{"*":"immediate","/menu":"await"}`.
 * Without `*` the hooks not named are `immediate`. Gives the text back unchanged when it is none of these.
 */
export function parseHookPolicy(text: string): unknown {
  if (!text.startsWith('{')) return { default: text, byHook: Object.create(null) };
  let written: Record<string, unknown>;
  try {
    written = JSON.parse(text);
  } catch {
    return text; // Reported by the check against the schema, together with every other fault.
  }
  const byHook: Record<string, unknown> = Object.create(null);
  for (const [hook, mode] of Object.entries(written)) {
    if (hook !== EVERY_OTHER) byHook[hook] = mode;
  }
  return { default: written[EVERY_OTHER] ?? 'immediate', byHook };
}
