export * from './confirmed-publisher.ts';
export * from './errors.ts';
export * from './headers.ts';
export * from './link.ts';
export * from './place.ts';
export * from './publish-answer.ts';
export * from './pull.ts';
export type * from './settings.ts';
