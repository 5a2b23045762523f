export * from './connect-nats-bus.ts';
export type { NatsConnectionSettings } from './connection/settings.ts';
export * from './options.ts';
