import type { BusMessage, CommandHandler, CommandRecord } from '../port/index.ts';
import type { OnTrouble } from '../trouble.ts';
import type { Backoff } from '../waiting/backoff.ts';
import type { WindowLimits } from './window.ts';

/** What the lanes of a partition have in hand. */
export interface LanesLoad {
  /** Records taken and not finished. */
  readonly unfinished: number;
  /** Their size, bytes. */
  readonly unfinishedBytes: number;
}

/** Sees what goes on in lanes, to count or trace it. Must not throw. */
export interface LanesObserver {
  /** Work on a partition begins. */
  opened(lanes: LanesLoad): void;
  /** It has ended. */
  closed(lanes: LanesLoad): void;
  /** A record was read; its handler comes later. */
  taken(record: CommandRecord): void;
  /** The broker has this dead letter. */
  buried(letter: BusMessage): void;
}

const NOBODY: LanesObserver = { opened() {}, closed() {}, taken() {}, buried() {} };

/** Settings of the lanes that every driver passes through. */
export interface LanesSettings {
  readonly limits: WindowLimits;
  /** Records of one call that may be with the handler ahead of their turn. */
  readonly maxAhead: number;
  /** Waits between attempts that no outcome gives a time for: a handler that threw, a dead letter that failed. */
  readonly backoff: Backoff;
  /** A record whose handler throws this often in a row meets a defect each time, and goes to the dead letters. */
  readonly maxThrows: number;
  readonly observer: LanesObserver;
  /**
   * When the life of a record ends, ms since the epoch. A record whose time is over while it waits behind another one of its
   * call goes to the handler at once, out of its turn, so that its publisher is told in time.
   */
  readonly expiresAt: (record: CommandRecord) => number;
}

export const DEFAULT_LANES_SETTINGS: LanesSettings = {
  limits: { maxUnfinished: 4_096, maxUnfinishedBytes: 32 * 1024 * 1024, maxUncommitted: 1_000_000 },
  maxAhead: 16,
  backoff: { firstMs: 100, maxMs: 5_000 },
  maxThrows: 3,
  observer: NOBODY,
  expiresAt: () => Number.POSITIVE_INFINITY,
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
