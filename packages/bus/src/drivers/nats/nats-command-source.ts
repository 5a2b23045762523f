import type { CommandHandler, CommandSource } from '../../port/index.ts';
import type { Buckets } from './buckets.ts';
import { leasesIn } from './leases.ts';
import { newOwner, sharePartitions } from './partition-share.ts';
import { type PartitionWorkerOptions, workOnPartition } from './partition-worker.ts';
import type { NatsNames } from './subjects.ts';

export interface NatsCommandSourceOptions {
  readonly worker: PartitionWorkerOptions;
  readonly natsNames: NatsNames;
  readonly buckets: Buckets;
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
      const work = (lease: Parameters<typeof workOnPartition>[0]) => workOnPartition(lease, handler, worker);
      const share = { link, leases, partitions, owner, changes: natsNames.changes, work, onBucketTrouble, onTrouble };
      await sharePartitions(share, AbortSignal.any([signal, closing]));
    },
  };
}
