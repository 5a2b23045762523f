import type { SmallDisk } from '../brokers/provisioning/small-disk.ts';
import type { Copy, StoredCommand } from './history/index.ts';
import type { Need } from './run/longest-need.ts';

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
  /** What adapters cannot do without, of each stream or node. The streams or topics are there by then. */
  needs(): Promise<readonly Need[]>;
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

/** One of the servers of a cluster. */
export interface BrokerNode {
  /** Ends it with SIGKILL. */
  kill(): Promise<void>;
  /** Asks it to end, and resolves when it has. */
  terminate(): Promise<void>;
  /** Brings it back, with what it had stored. */
  restart(): Promise<void>;
  /** Has it run no further until `resume`. */
  pause(): void;
  resume(): void;
}

/** A node whose disk can be filled. */
export interface NodeOnSmallDisk {
  readonly node: BrokerNode;
  readonly disk: Pick<SmallDisk, 'fill' | 'free'>;
}

/** Servers of which any one may fail. */
export interface FaultyCluster extends FaultyBroker {
  readonly nodes: readonly BrokerNode[];
  /** Undefined where no such disk can be had. */
  readonly small: NodeOnSmallDisk | undefined;
  /** The node that leads the commands, or their first partition. */
  leader(): Promise<BrokerNode>;
  /** The node that decides which copies lead. */
  controller(): Promise<BrokerNode>;
  /** The node that the adapters cannot do without: which they are connected to, or which coordinates their group. */
  clientsNode(): Promise<BrokerNode>;
  /** Gives the lead of everything to other nodes. */
  transferLeaders(): Promise<void>;
  /** Resolves when all nodes take part, with all that they are to have. */
  whole(): Promise<void>;
}
