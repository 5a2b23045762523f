export type { ReadItem, ReadOptions } from './channel-log.ts';
export type { MemoryCommand } from './command-partition.ts';
export * from './connect-memory-bus.ts';
export type { Retention } from './log.ts';
export * from './memory-broker.ts';
export type { GroupMember, Membership, PartitionLease } from './partition-leases.ts';
