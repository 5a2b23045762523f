import type { Party } from '../script/script.ts';

/** What happens to a verb while it executes, besides time passing. */
export type Signal =
  | { readonly kind: 'hold' | 'unhold'; readonly by: Party }
  | { readonly kind: 'refer'; readonly by: Party; readonly to: string }
  /** The dialled leg has become a call of its own. */
  | { readonly kind: 'child left' }
  /** The command `conf:hold-status` or the participant action of that name. */
  | { readonly kind: 'conference hold'; readonly waitHook: string | undefined }
  | { readonly kind: 'conference unhold' }
  | { readonly kind: 'kick' };
