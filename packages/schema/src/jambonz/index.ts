export * from './commands/index.ts';
export { describeFaults, type Fault, MAX_DETAIL_LENGTH } from './fault.ts';
export { DEFAULT_PLATFORM, PlatformGeneration } from './generation.ts';
export * from './messages/index.ts';
export * from './parsed.ts';
export * from './parser.ts';
export * from './rules.ts';
export * from './verbs/index.ts';
export type { Warning, WarningCode } from './warning.ts';
