import { JambusError } from '@jambus/schema';
import { type KV, StorageType } from 'nats';
import { fromNats } from './connection/errors.ts';
import type { NatsLink } from './connection/link.ts';
import type { NatsStreamSettings } from './options.ts';
import { withCopies } from './stream-copies.ts';
import { bucketStream, type NatsNames } from './subjects.ts';

/** The key-value buckets by which adapters share the partitions. */
export interface Buckets {
  readonly positions: KV;
  readonly leases: KV;
  /** How long a key of `leases` lives after it was last written, ms. */
  readonly leaseMs: number;
  /** What can be used and does not hold what jambus promises, for an operator. */
  readonly risks: readonly string[];
}

export interface BucketsOptions {
  readonly link: NatsLink;
  readonly natsNames: NatsNames;
  readonly settings: NatsStreamSettings;
  readonly leaseMs: number;
}

/** A server looks for what has expired about this often, and adapters need a few tries within a lease, ms. */
const SHORTEST_LEASE_MS = 200;

/**
 * Creates the buckets that are missing.
 *
 * @throws JambusError `bad_config` when the bucket of the leases lets none expire, or the other one all; as `fromNats` otherwise
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
    // A bucket that is there already has as many copies as it was made with.
    const risks: string[] = [];
    for (const bucket of [natsNames.positions, natsNames.leases]) {
      risks.push(...(await withCopies(await link.jsm.streams.info(bucketStream(bucket)), link, settings)));
    }
    const [kept, lease] = await Promise.all([positions.status(), leases.status()]);
    if (kept.ttl !== 0) {
      throw new JambusError('bad_config', `NATS bucket ${natsNames.positions} has a TTL, so positions would be lost`);
    }
    if (lease.ttl < SHORTEST_LEASE_MS) {
      throw new JambusError(
        'bad_config',
        `NATS bucket ${natsNames.leases} needs a TTL of at least ${SHORTEST_LEASE_MS} ms, or a dead adapter keeps its partitions`,
      );
    }
    return { positions, leases, leaseMs: lease.ttl, risks };
  } catch (error) {
    throw fromNats(error, `opening the buckets ${natsNames.positions} and ${natsNames.leases}`);
  }
}
