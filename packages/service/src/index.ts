export * from './admin/index.ts';
export * from './connections/index.ts';
export * from './main/index.ts';
export * from './read-fallback-application.ts';
export * from './tls/index.ts';
export type { Peers } from './workers/index.ts';
