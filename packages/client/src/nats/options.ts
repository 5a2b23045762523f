import type { NatsConnectionSettings } from '@jambus/bus/nats-settings';
import type { ClientOptions } from '../options.ts';

/** Where the bus is, how to get in, and how much to wait. */
export interface NatsClientOptions extends NatsConnectionSettings, ClientOptions {
  /** What the server's monitoring calls this connection, and the source of its commands; by default `jambus-client`. */
  readonly name?: string | undefined;
}
