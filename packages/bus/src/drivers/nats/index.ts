export * from './connect-nats-bus.ts';
export * from './options.ts';
