export { connectNatsClient } from './connect-nats-client.ts';
export type { NatsClientOptions } from './options.ts';
