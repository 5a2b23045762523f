export * from './call-memory.ts';
export * from './codec.ts';
export * from './frames.ts';
