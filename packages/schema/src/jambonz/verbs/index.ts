export * from './verb.ts';
export * from './verb-checker.ts';
