import type { CommandHandler, CommandSource, Standing } from '../../port/index.ts';
import type { Buckets } from './buckets.ts';
import { keepCommandsTrimmed } from './commands-trimmer.ts';
import { type PartitionWorkerOptions, workOnPartition } from './partition-worker.ts';
import { leasesIn, newOwner, type PartitionLease, sharePartitions } from './sharing/index.ts';
import { type StreamWatch, watchStream } from './stream-watch.ts';
import { bucketStream, type NatsNames, partitionFilter } from './subjects.ts';

export interface NatsCommandSourceOptions {
  readonly worker: PartitionWorkerOptions;
  readonly natsNames: NatsNames;
  readonly buckets: Buckets;
  readonly standing: Standing;
  /** How long commands that are dealt with are kept, ms. */
  readonly keepMs: number;
  /** The stream or the buckets may be gone: make sure of them. */
  readonly onSomethingGone: () => void;
}

export interface NatsCommandSource extends CommandSource {
  /** Whether each stream that is read has been seen lately: a server answers also for one that has no leader. */
  healthy(): boolean;
}

/**
 * Commands from a JetStream stream, read as a partitioned log.
 *
 * @param closing ends every `run`, as its own signal does
 */
export function natsCommandSource(options: NatsCommandSourceOptions, closing: AbortSignal): NatsCommandSource {
  const { worker, natsNames, buckets, standing, onSomethingGone } = options;
  const { link, partitions, onTrouble } = worker;
  const watches = new Set<StreamWatch>();

  const run = async (handler: CommandHandler, signal: AbortSignal): Promise<void> => {
    const owner = newOwner();
    const { leaseMs } = buckets;
    const leases = leasesIn({ link, bucket: buckets.leases, name: natsNames.leases, leaseMs, owner });
    const ended = new AbortController();
    const { commands: stream, ...channels } = natsNames.streams;
    const others = [...Object.values(channels), ...[natsNames.positions, natsNames.leases].map(bucketStream)];
    const watch = watchStream({ link, stream, others, onMissing: onSomethingGone, onTrouble }, ended.signal);
    watches.add(watch);
    const share = {
      link,
      leases,
      partitions,
      owner,
      standing,
      changes: natsNames.changes,
      work: (lease: PartitionLease) =>
        whileTrimming(options, lease, () => workOnPartition(lease, handler, worker, watch)),
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
  return { run, healthy: () => [...watches].every((watch) => watch.seen) };
}

/** The stream is one, so one adapter at a time deletes from it what is dealt with: whoever has the first partition. */
async function whileTrimming(
  { worker, keepMs }: NatsCommandSourceOptions,
  { partition, revoked, lost }: PartitionLease,
  work: () => Promise<void>,
): Promise<void> {
  if (partition !== 0) return work();
  const { link, names, partitions, positions, onTrouble } = worker;
  const filterSubjects = Array.from({ length: partitions }, (_, index) => partitionFilter(names, partitions, index));
  const ended = new AbortController();
  const trimmer = { link, positions, filterSubjects, keepMs, onTrouble };
  // Not awaited at the end: two that trim at once do no harm, and the next owner has not to wait.
  void keepCommandsTrimmed(trimmer, revoked, lost, ended.signal);
  try {
    await work();
  } finally {
    ended.abort();
  }
}
