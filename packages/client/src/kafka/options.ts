import type { KafkaCompression, KafkaConnectionSettings } from '@jambus/bus/kafka-settings';
import type { ClientOptions } from '../options.ts';

/** Where the bus is, how to get in, and how much to wait. */
export interface KafkaClientOptions extends KafkaConnectionSettings, ClientOptions {
  /**
   * What the brokers' logs, metrics and quotas call this client, and the source of its commands; by default `jambus-client`.
   * The consumer groups of its own, in which it reads results and what is subscribed to without a durable name, are called
   * `<clientId>.<random>`.
   */
  readonly clientId?: string;
  /** How commands are compressed; by default they are not. Everything is read, however it is compressed. */
  readonly compression?: KafkaCompression;
  /**
   * How long the partitions of a durable name stay with a process that has died, ms; by default 6,000, which is the least
   * that brokers take unless told otherwise (`group.min.session.timeout.ms`).
   */
  readonly sessionMs?: number | undefined;
}
