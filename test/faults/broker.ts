import type { Copy, StoredCommand } from './history/index.ts';

/** A broker of any kind, as the faults need it, with names of its own on it. */
export interface FaultyBroker {
  readonly name: string;
  /** Settings of the adapters that use it. */
  readonly settings: Readonly<Record<string, string>>;
  /** The first arguments of a publisher. */
  readonly publisherArgs: readonly string[];
  /** So long an adapter that died, or sleeps, keeps its partitions, ms. */
  readonly sessionMs: number;
  /** Looks on from now on. The streams or topics are there by then. */
  watch(): Promise<void>;
  /** Every command of every log that there was. */
  stored(): Promise<StoredCommand[]>;
  /** Everything that a channel keeps now, in its order. */
  read(channel: Copy['channel']): Promise<Copy[]>;
  /** What came on a channel as it came; nothing where a channel is nothing else than what it keeps. */
  seen(channel: Copy['channel']): readonly Copy[];
  /** Commands that no adapter has said it is done with. */
  lag(): Promise<number>;
  /** Ends the broker with SIGKILL. */
  kill(): Promise<void>;
  /** Brings it back, with what it had stored. */
  restart(): Promise<void>;
  /** Deletes the commands and makes the stream or topic anew, so that positions begin again. */
  makeAnew(): Promise<void>;
  close(): Promise<void>;
}
