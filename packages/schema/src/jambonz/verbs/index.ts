export { HOOK_KINDS, type HookKind, hooksOf, type NamedHook } from './hooks.ts';
export * from './verb.ts';
export * from './verb-checker.ts';
export type * from './verb-types.generated.ts';
