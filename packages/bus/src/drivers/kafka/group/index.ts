export { writeProgress } from '../../../lanes/index.ts';
export * from './assignment.ts';
export { DEFAULT_KAFKA_SESSION_MS } from './group-member.ts';
export type { Beginning } from './origins.ts';
export { type BeginWork, LONGEST_PROGRESS, type PartitionWork } from './partition-work.ts';
export * from './read-as-group.ts';
