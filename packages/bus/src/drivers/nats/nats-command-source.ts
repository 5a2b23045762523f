import type { StreamInfo } from 'nats';
import type { CommandHandler, CommandSource, Standing } from '../../port/index.ts';
import type { Buckets } from './buckets.ts';
import { keepCommandsTrimmed } from './commands-trimmer.ts';
import { type PartitionWorkerOptions, workOnPartition } from './partition-worker.ts';
import { leasesIn, newOwner, type PartitionLease, sharePartitions } from './sharing/index.ts';
import { neededStreams, partitionsOf } from './stream-faults.ts';
import { type StreamWatch, watchStream } from './stream-watch.ts';
import { type NatsNames, partitionFilter } from './subjects.ts';

export interface NatsCommandSourceOptions {
  readonly worker: PartitionWorkerOptions;
  readonly natsNames: NatsNames;
  readonly buckets: Buckets;
  readonly standing: Standing;
  /** How long a key of the leases lives at present, ms. */
  readonly leaseMs: () => number;
  /** How long commands that are dealt with are kept, ms. */
  readonly keepMs: number;
  /** The stream or the buckets may be gone: make sure of them. */
  readonly onSomethingGone: () => void;
  /** Told of each stream that is seen, again and again. Must not reject. */
  readonly onInfo: (info: StreamInfo) => Promise<void>;
}

export interface NatsCommandSource extends CommandSource {
  /** Whether each stream that is read has been seen lately: a server answers also for one that has no leader. */
  healthy(): boolean;
  /** What an operator has to set right about the streams and buckets. */
  faults(): readonly string[];
}

/**
 * Commands from a JetStream stream, read as a partitioned log.
 *
 * @param closing ends every `run`, as its own signal does
 */
export function natsCommandSource(options: NatsCommandSourceOptions, closing: AbortSignal): NatsCommandSource {
  const { worker, natsNames, buckets, standing, leaseMs, onInfo } = options;
  const { link, names, partitions, onTrouble } = worker;
  const needed = neededStreams({ names, natsNames, partitions });
  const watches = new Set<StreamWatch>();

  const run = async (handler: CommandHandler, signal: AbortSignal): Promise<void> => {
    const owner = newOwner();
    const leases = leasesIn({ link, bucket: buckets.leases, name: natsNames.leases, leaseMs, owner });
    const ended = new AbortController();
    const isReadable = ({ config }: StreamInfo): boolean => partitionsOf(config, names) === partitions;
    const watch = watchStream(
      { link, ...needed, isReadable, onMissing: options.onSomethingGone, onInfo, onTrouble },
      ended.signal,
    );
    watches.add(watch);
    const share = {
      link,
      leases,
      partitions,
      owner,
      standing,
      changes: natsNames.changes,
      work: (lease: PartitionLease) =>
        whileTrimming(options, lease, watch, () => workOnPartition(lease, handler, worker, watch)),
      onBucketTrouble: watch.look,
      onTrouble,
    };
    try {
      await sharePartitions(share, AbortSignal.any([signal, closing]));
    } finally {
      watches.delete(watch);
      ended.abort();
    }
  };
  return {
    run,
    healthy: () => [...watches].every((watch) => watch.seen),
    faults: () => [...new Set([...watches].flatMap((watch) => watch.faults))],
  };
}

/** The stream is one, so one adapter at a time deletes from it what is dealt with: whoever has the first partition. */
async function whileTrimming(
  { worker, keepMs }: NatsCommandSourceOptions,
  { partition, revoked, lost }: PartitionLease,
  watch: StreamWatch,
  work: () => Promise<void>,
): Promise<void> {
  if (partition !== 0) return work();
  const { link, names, partitions, positions, onTrouble } = worker;
  const filterSubjects = Array.from({ length: partitions }, (_, index) => partitionFilter(names, partitions, index));
  const ended = new AbortController();
  const trimmer = { link, positions, filterSubjects, keepMs, readable: () => watch.readable, onTrouble };
  // Not awaited at the end: two that trim at once do no harm, and the next owner has not to wait.
  void keepCommandsTrimmed(trimmer, revoked, lost, ended.signal);
  try {
    await work();
  } finally {
    ended.abort();
  }
}
