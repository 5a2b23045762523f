import { JambusError } from '@jambus/schema';
import type { CommandSource } from '../../port/index.ts';
import { whenAborted } from '../../waiting/when-aborted.ts';
import type { MemoryBroker } from './memory-broker.ts';
import type { PartitionLease } from './partition-leases.ts';
import { type PartitionWorkerOptions, workOnPartition } from './partition-worker.ts';

interface Worker {
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/**
 * Commands from a memory broker, as one member of the group that shares its partitions.
 *
 * @param closing ends every `run`, as its own signal does
 */
export function memoryCommandSource(
  broker: MemoryBroker,
  options: PartitionWorkerOptions,
  closing: AbortSignal,
): CommandSource {
  return {
    run: async (handler, signal) => {
      if (signal.aborted || closing.aborted) return;
      const workers = new Map<PartitionLease, Worker>();
      const failure = new AbortController();
      const membership = broker.join({
        onGranted: (lease) => {
          const stop = new AbortController();
          const ended = workOnPartition(lease, handler, options, stop.signal)
            .catch((error: unknown) => failure.abort(JambusError.from(error)))
            .finally(() => workers.delete(lease));
          workers.set(lease, { stop, ended });
        },
        onRevoked: (lease) => workers.get(lease)?.stop.abort(),
      });
      await whenAborted(signal, closing, failure.signal);
      membership.leave();
      for (const { stop } of workers.values()) stop.abort();
      await Promise.all([...workers.values()].map(({ ended }) => ended));
      failure.signal.throwIfAborted();
    },
  };
}
