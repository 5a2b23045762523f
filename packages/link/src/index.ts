export * from './adapter-frames.ts';
export * from './call-memory.ts';
export * from './codec.ts';
export type { Contender } from './frame-parts.ts';
export * from './frame-socket.ts';
export * from './frames.ts';
export * from './gateway-frames.ts';
export * from './subprotocol.ts';
export * from './verdict.ts';
