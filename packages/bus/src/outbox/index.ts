export type { OnPublished } from './batch.ts';
export * from './outbox.ts';
export * from './outbox-options.ts';
