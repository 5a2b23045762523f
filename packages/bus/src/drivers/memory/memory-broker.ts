import { randomBytes } from 'node:crypto';
import { type Channel, JambusError } from '@jambus/schema';
import type { BusMessage } from '../../port/index.ts';
import { ChannelLog, type ReadItem, type ReadOptions } from './channel-log.ts';
import { CommandPartition, type MemoryCommand } from './command-partition.ts';
import type { Retention } from './log.ts';
import { type GroupMember, type Membership, PartitionLeases } from './partition-leases.ts';

export interface MemoryBrokerOptions {
  /** Partitions of the commands; by default 8. */
  readonly partitions?: number;
  /** How much each channel keeps; of commands it is per partition, of those not committed yet. */
  readonly retention?: Partial<Readonly<Record<Channel, Retention>>>;
}

/**
 * A broker that lives in this process: what is published lasts as long as this object does, whatever happens to the adapters
 * connected to it. Microservices use `publishCommand` and `read`; `append` and `join` are for the driver.
 */
export interface MemoryBroker {
  /**
   * Appends a command to the partition of its call. The bytes may be kept as they are: do not write to them later.
   *
   * @returns where it stands, `<log>/<partition>/<offset>`
   * @throws JambusError `overloaded` when the partition holds as much unfinished work as it may
   */
  publishCommand(command: MemoryCommand): { readonly position: string };
  /**
   * Messages of a channel, those that are kept and then those to come, until the signal aborts. The reader sets the pace: it
   * reads from the log itself, and one that is overtaken by the retention gets a `gap`.
   */
  read(channel: BusMessage['channel'], options: ReadOptions): AsyncIterable<ReadItem>;
  /** Appends messages to their channels. */
  append(batch: readonly BusMessage[]): void;
  /** Adds a reader to the group that shares the partitions of the commands. */
  join(member: GroupMember): Membership;
  /** Commands that nobody has finished. */
  backlog(): number;
}

const MEBIBYTE = 1024 * 1024;

const DEFAULT_PARTITIONS = 8;

const DEFAULT_RETENTION: Readonly<Record<Channel, Retention>> = {
  commands: { maxRecords: 16_384, maxBytes: 8 * MEBIBYTE },
  events: { maxRecords: 65_536, maxBytes: 64 * MEBIBYTE },
  results: { maxRecords: 65_536, maxBytes: 64 * MEBIBYTE },
  deadletters: { maxRecords: 4_096, maxBytes: 16 * MEBIBYTE },
};

/**
 * A new, empty broker.
 *
 * @throws JambusError `bad_config` when there is to be no partition
 */
export function createMemoryBroker(options: MemoryBrokerOptions = {}): MemoryBroker {
  const { partitions: count = DEFAULT_PARTITIONS } = options;
  if (!Number.isInteger(count) || count < 1) {
    throw new JambusError('bad_config', `a memory broker needs at least one partition, not ${count}`);
  }
  const kept = { ...DEFAULT_RETENTION, ...options.retention };
  const life = randomBytes(6).toString('base64url');
  const partitions = Array.from({ length: count }, (_, index) => new CommandPartition(index, life, kept.commands));
  const channels = {
    events: new ChannelLog(kept.events),
    results: new ChannelLog(kept.results),
    deadletters: new ChannelLog(kept.deadletters),
  };
  const leases = new PartitionLeases(partitions);

  return {
    publishCommand: (command) => {
      const partition = partitions[fnv1a(command.callSid ?? '') % partitions.length] as CommandPartition;
      return { position: partition.append(command) };
    },
    read: (channel, options) => channels[channel].read(options),
    append: (batch) => {
      for (const message of batch) channels[message.channel].append(message);
      for (const message of batch) channels[message.channel].flush();
    },
    join: (member) => leases.join(member),
    backlog: () => partitions.reduce((sum, partition) => sum + partition.backlog, 0),
  };
}

/** FNV-1a, 32 bits: spreads call ids evenly over partitions. http://www.isthe.com/chongo/tech/comp/fnv/ */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
