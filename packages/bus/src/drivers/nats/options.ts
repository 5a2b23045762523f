import type { BusNames } from '@jambus/schema';
import type { LanesSettings } from '../../lanes/index.ts';
import type { Standing } from '../../port/index.ts';
import type { OnTrouble } from '../../trouble.ts';
import type { NatsConnectionSettings } from './connection/settings.ts';

/** What streams and buckets are created with. One that is there already keeps its own, except for the partitions. */
export interface NatsStreamSettings {
  readonly storage: 'file' | 'memory';
  readonly replicas: number;
  /** Messages older than this are deleted, ms; commands only when they are dealt with. */
  readonly maxAgeMs: number;
  /**
   * Most bytes of one stream; the oldest messages are deleted beyond. -1: no bound. From half of it on commands are deleted
   * as soon as they are dealt with; a stream full of others takes no more of them.
   */
  readonly maxBytes: number;
  /** How long the server remembers the ids of messages, to drop those that are published again, ms. */
  readonly duplicateWindowMs: number;
  /**
   * Partitions of the commands. Left out: as many as the stream has, 8 in a new one, and 1 on servers before 2.10.
   */
  readonly partitions?: number;
}

export interface NatsBusOptions {
  readonly connection: NatsConnectionSettings;
  readonly onTrouble: OnTrouble;
  /** By default the standard names. */
  readonly names?: BusNames;
  readonly streams?: Partial<NatsStreamSettings>;
  readonly lanes?: LanesSettings;
  /** Decides which readers get partitions. Left out: all readers are equal. */
  readonly standing?: Standing;
  /** How long running handlers are waited for when a partition is given up, ms; by default 5,000. */
  readonly stopMs?: number;
  /** How long a dead adapter keeps its partitions, ms; by default 5,000. A bucket that is there already keeps its own. */
  readonly leaseMs?: number;
  /** How long to try to connect before giving up, ms; by default 30,000. Once connected, it is tried for ever. */
  readonly connectWithinMs?: number;
  /** Ends the trying. */
  readonly signal?: AbortSignal;
}

export const DEFAULT_NATS_STREAM_SETTINGS: NatsStreamSettings = {
  storage: 'file',
  replicas: 1,
  maxAgeMs: 3_600_000,
  maxBytes: 512 * 1024 * 1024,
  duplicateWindowMs: 120_000,
};

export const DEFAULT_NATS_PARTITIONS = 8;
export const DEFAULT_NATS_LEASE_MS = 5_000;
export const DEFAULT_NATS_STOP_MS = 5_000;
export const DEFAULT_NATS_CONNECT_WITHIN_MS = 30_000;
