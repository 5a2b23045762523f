export * from './connect-kafka-bus.ts';
export * from './connection/settings.ts';
export * from './options.ts';
