import type { CallPlan } from '../load/call-plan.ts';

/** What the process that plays jambonz is told. */
export type Task =
  | { readonly kind: 'begin'; readonly urls: readonly string[]; readonly plan: readonly CallPlan[] }
  /** Slow calls read on, so that they see what they were sent. */
  | { readonly kind: 'read on' }
  | { readonly kind: 'hang up' }
  /** Writes down what was recorded, in this folder, and ends. */
  | { readonly kind: 'write'; readonly folder: string };

/** What it answers. */
export type Answer =
  | { readonly kind: 'all answered' }
  | { readonly kind: 'all gone'; readonly left: number }
  | { readonly kind: 'written' };
