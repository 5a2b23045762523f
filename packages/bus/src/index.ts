export * from './drivers/kafka/index.ts';
export * from './drivers/memory/index.ts';
export * from './drivers/nats/index.ts';
export * from './lanes/index.ts';
export * from './outbox/index.ts';
export * from './port/index.ts';
export * from './trouble.ts';
export * from './waiting/index.ts';
