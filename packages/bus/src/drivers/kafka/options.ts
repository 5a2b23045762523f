import type { BusNames } from '@jambus/schema';
import type { LanesSettings } from '../../lanes/index.ts';
import type { Standing } from '../../port/index.ts';
import type { OnTrouble } from '../../trouble.ts';
import type { KafkaCompression } from './compression/index.ts';
import type { KafkaConnectionSettings } from './connection/settings.ts';

/** What topics are created with, and what those that are there must have. */
export interface KafkaTopicSettings {
  /** Whether a missing topic is created or a fault. */
  readonly create: boolean;
  /**
   * Partitions of new topics (dead letters have one), and the fewest that the commands must have: as many adapters can share
   * the work. Left out: as many as there are, 8 in new ones.
   */
  readonly partitions?: number;
  /** Copies of each new topic in the cluster. Left out: as the cluster is set. */
  readonly replication?: number;
}

export interface KafkaBusOptions {
  readonly connection: KafkaConnectionSettings;
  readonly onTrouble: OnTrouble;
  /** By default the standard names. */
  readonly names?: BusNames;
  /** Consumer group of the adapters; by default `<name of the commands' topic>.adapters`. */
  readonly group?: string;
  readonly topics?: Partial<KafkaTopicSettings>;
  /** How what is published is compressed; by default it is not. Everything is read, however it is compressed. */
  readonly compression?: KafkaCompression;
  readonly lanes?: LanesSettings;
  /** Decides which readers get partitions. Left out: all readers are equal. */
  readonly standing?: Standing;
  /** How long running handlers are waited for when a partition is given up, ms; by default 5,000. */
  readonly stopMs?: number;
  /**
   * How long a dead adapter keeps its partitions, ms; by default 6,000, which is the least that brokers take unless told
   * otherwise (`group.min.session.timeout.ms`).
   */
  readonly sessionMs?: number;
  /** How long to try to connect before giving up, ms; by default 30,000. Once connected, it is tried for ever. */
  readonly connectWithinMs?: number;
  /** Ends the trying. */
  readonly signal?: AbortSignal;
}

export const DEFAULT_KAFKA_PARTITIONS = 8;
export const DEFAULT_KAFKA_STOP_MS = 5_000;
export const DEFAULT_KAFKA_CONNECT_WITHIN_MS = 30_000;
