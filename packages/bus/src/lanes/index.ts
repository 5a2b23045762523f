export * from './dead-letter.ts';
export * from './lanes-options.ts';
export * from './partition-lanes.ts';
export * from './progress.ts';
export type { WindowLimits } from './window.ts';
