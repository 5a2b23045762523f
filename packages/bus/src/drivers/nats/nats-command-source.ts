import type { CommandHandler, CommandSource } from '../../port/index.ts';
import type { Buckets } from './buckets.ts';
import { keepCommandsTrimmed } from './commands-trimmer.ts';
import { leasesIn } from './leases.ts';
import { newOwner, sharePartitions } from './partition-share.ts';
import { type PartitionLease, type PartitionWorkerOptions, workOnPartition } from './partition-worker.ts';
import { type NatsNames, partitionFilter } from './subjects.ts';

export interface NatsCommandSourceOptions {
  readonly worker: PartitionWorkerOptions;
  readonly natsNames: NatsNames;
  readonly buckets: Buckets;
  /** How long commands that are dealt with are kept, ms. */
  readonly keepMs: number;
  readonly onBucketTrouble: () => void;
}

/**
 * Commands from a JetStream stream, read as a partitioned log.
 *
 * @param closing ends every `run`, as its own signal does
 */
export function natsCommandSource(options: NatsCommandSourceOptions, closing: AbortSignal): CommandSource {
  const { worker, natsNames, buckets, onBucketTrouble } = options;
  return {
    run: async (handler: CommandHandler, signal: AbortSignal) => {
      const { link, partitions, onTrouble } = worker;
      const owner = newOwner();
      const leases = leasesIn({
        link,
        bucket: buckets.leases,
        name: natsNames.leases,
        leaseMs: buckets.leaseMs,
        owner,
      });
      const work = async (lease: PartitionLease): Promise<void> => {
        const ended = new AbortController();
        // The stream is one, so one adapter at a time looks after it: whoever has the first partition.
        const trimming =
          lease.partition === 0 ? trimUntil(options, lease.revoked, lease.lost, ended.signal) : undefined;
        try {
          await workOnPartition(lease, handler, worker);
        } finally {
          ended.abort();
          await trimming;
        }
      };
      const share = { link, leases, partitions, owner, changes: natsNames.changes, work, onBucketTrouble, onTrouble };
      await sharePartitions(share, AbortSignal.any([signal, closing]));
    },
  };
}

function trimUntil({ worker, keepMs }: NatsCommandSourceOptions, ...signals: readonly AbortSignal[]): Promise<void> {
  const { link, names, partitions, positions, onTrouble } = worker;
  const filterSubjects = Array.from({ length: partitions }, (_, partition) =>
    partitionFilter(names, partitions, partition),
  );
  return keepCommandsTrimmed({ link, positions, filterSubjects, keepMs, onTrouble }, ...signals);
}
