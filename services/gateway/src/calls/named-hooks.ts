import type { HookKind } from '@jambus/schema';

/** The hooks that the verbs of a call have named, by which a `verb:hook` can be told from another. */
export interface NamedHooks {
  /** @param hooks `[hook, kind]` pairs of the verbs that went to the call */
  note(hooks: readonly (readonly [hook: string, kind: HookKind])[]): void;
  kindOf(hook: string | undefined): HookKind | undefined;
  /** Oldest first. */
  list(): [string, HookKind][];
}

/** An application names a few; one that makes them up (with a query for each) must not make a call grow. */
const MOST_HOOKS = 128;

export function createNamedHooks(): NamedHooks {
  // Built on first use: most calls name few, and idle ones none.
  let kinds: Map<string, HookKind> | undefined;
  return {
    note(hooks) {
      for (const [hook, kind] of hooks) {
        kinds ??= new Map();
        kinds.delete(hook);
        kinds.set(hook, kind);
        if (kinds.size > MOST_HOOKS) kinds.delete(kinds.keys().next().value as string);
      }
    },
    kindOf: (hook) => (hook === undefined ? undefined : kinds?.get(hook)),
    list: () => [...(kinds ?? [])],
  };
}
