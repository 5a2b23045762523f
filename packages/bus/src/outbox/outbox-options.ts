import type { OnTrouble } from '../trouble.ts';
import type { Backoff } from '../waiting/backoff.ts';

export interface OutboxSettings {
  /** Most messages in one batch. */
  readonly maxBatchMessages: number;
  /** Most bytes in one batch; a message larger than that goes alone. */
  readonly maxBatchBytes: number;
  /** At so many messages not yet with the broker there is no room: stop reading what makes them. */
  readonly maxPendingMessages: number;
  /** The same in bytes. */
  readonly maxPendingBytes: number;
  /** Waits between attempts while the broker is away. */
  readonly backoff: Backoff;
}

export const DEFAULT_OUTBOX_SETTINGS: OutboxSettings = {
  maxBatchMessages: 1_000,
  maxBatchBytes: 512 * 1024,
  maxPendingMessages: 20_000,
  maxPendingBytes: 32 * 1024 * 1024,
  backoff: { firstMs: 50, maxMs: 5_000 },
};

export interface OutboxOptions {
  readonly onTrouble: OnTrouble;
  readonly settings: OutboxSettings;
}
