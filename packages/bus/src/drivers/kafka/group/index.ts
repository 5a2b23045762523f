export * from './assignment.ts';
export { DEFAULT_KAFKA_SESSION_MS } from './group-member.ts';
export type * from './partition-work.ts';
export * from './read-as-group.ts';
