import { type KV, StorageType, type StreamInfo } from 'nats';
import { fromNats } from './connection/errors.ts';
import type { NatsLink } from './connection/link.ts';
import type { NatsStreamSettings } from './options.ts';
import { neededBucket, refuseFault } from './stream-faults.ts';
import type { NatsNames } from './subjects.ts';

/** The key-value buckets by which adapters share the partitions. */
export interface Buckets {
  readonly positions: KV;
  readonly leases: KV;
  /** The streams behind them. */
  readonly infos: readonly StreamInfo[];
}

export interface BucketsOptions {
  readonly link: NatsLink;
  readonly natsNames: NatsNames;
  readonly settings: NatsStreamSettings;
  /** How long a key of the leases lives after it was last written, ms, in a bucket that is made here. */
  readonly leaseMs: number;
}

/**
 * Creates the buckets that are missing.
 *
 * @throws JambusError `bad_config` when one has what would break a promise; as `fromNats` otherwise
 */
export async function ensureBuckets({ link, natsNames, settings, leaseMs }: BucketsOptions): Promise<Buckets> {
  const shared = {
    history: 1,
    replicas: settings.replicas,
    storage: settings.storage === 'file' ? StorageType.File : StorageType.Memory,
  };
  try {
    const positions = await link.js.views.kv(natsNames.positions, shared);
    const leases = await link.js.views.kv(natsNames.leases, { ...shared, ttl: leaseMs });
    const infos: StreamInfo[] = [];
    for (const which of ['positions', 'leases'] as const) {
      const needed = neededBucket(which, { natsNames });
      const info = await link.jsm.streams.info(needed.name);
      refuseFault(needed, info);
      infos.push(info);
    }
    return { positions, leases, infos };
  } catch (error) {
    throw fromNats(error, `opening the buckets ${natsNames.positions} and ${natsNames.leases}`);
  }
}
