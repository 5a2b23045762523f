import type { BusMessage, CommandHandler } from '../port/index.ts';
import type { OnTrouble } from '../trouble.ts';
import type { Backoff } from '../waiting/backoff.ts';
import type { WindowLimits } from './window.ts';

/** Settings of the lanes that every driver passes through. */
export interface LanesSettings {
  readonly limits: WindowLimits;
  /** Waits between attempts that no outcome gives a time for: a handler that threw, a dead letter that failed. */
  readonly backoff: Backoff;
  /** A record whose handler throws this often in a row meets a defect each time, and goes to the dead letters. */
  readonly maxThrows: number;
}

export const DEFAULT_LANES_SETTINGS: LanesSettings = {
  limits: { maxUnfinished: 4_096, maxUnfinishedBytes: 16 * 1024 * 1024, maxUncommitted: 65_536 },
  backoff: { firstMs: 100, maxMs: 5_000 },
  maxThrows: 3,
};

export interface PartitionLanesOptions {
  readonly handler: CommandHandler;
  /** Resolves when the broker has the dead letter. Called again, with waits between, until it does. */
  readonly publishDeadLetter: (letter: BusMessage) => Promise<void>;
  /** What the commands channel is called on this broker; part of `dlorigin`. */
  readonly channelName: string;
  /** The offset that earlier readers finished last; -1 when there is none. */
  readonly startAfter: number;
  /** Told each time the watermark has moved. Called often: note it, commit in batches. Must not throw. */
  readonly onAdvance: (watermark: number) => void;
  readonly onTrouble: OnTrouble;
  readonly settings: LanesSettings;
}
