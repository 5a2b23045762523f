/** What can be measured, in the order in which it is. */
export const WORK_NAMES = [
  'round-trip',
  'one-way',
  'latency',
  'set-up',
  'request-reply',
  'backlog',
  'calls',
  'memory',
  'processes',
  'start-up',
] as const;
export type WorkName = (typeof WORK_NAMES)[number];

/** What can be measured on the memory bus. */
export const MEMORY_WORK_NAMES: readonly WorkName[] = ['round-trip', 'set-up', 'request-reply', 'memory'];
