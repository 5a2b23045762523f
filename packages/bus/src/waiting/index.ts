export * from './backoff.ts';
export * from './one-at-a-time.ts';
export * from './pause.ts';
export * from './retry.ts';
export * from './wakers.ts';
export * from './when-aborted.ts';
