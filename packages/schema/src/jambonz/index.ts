export * from './commands/index.ts';
export { describeFaults, type Fault, MAX_DETAIL_LENGTH } from './fault.ts';
export * from './messages/index.ts';
export * from './parser.ts';
export * from './verbs/index.ts';
