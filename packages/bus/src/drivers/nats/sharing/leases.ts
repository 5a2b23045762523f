import type { KV } from 'nats';
import { fromNats, isWrongRevision } from '../connection/errors.ts';
import type { NatsLink } from '../connection/link.ts';
import { bucketStream } from '../subjects.ts';

/** Keys that one owner at a time can hold, and has to write again and again to keep. */
export interface Leases {
  /** Each key lives so long after it was written, ms. */
  readonly leaseMs: number;
  /** @returns the revision, or undefined when somebody has it */
  acquire(key: string): Promise<number | undefined>;
  /** @returns the new revision, or undefined when somebody else has it by now, or nobody */
  renew(key: string, revision: number): Promise<number | undefined>;
  /** Takes the key away, if it is still at this revision. */
  release(key: string, revision: number): Promise<void>;
  /** The keys that are held. */
  held(): Promise<string[]>;
}

export interface LeasesOptions {
  readonly link: NatsLink;
  readonly bucket: KV;
  /** What the bucket is called. */
  readonly name: string;
  /** How long its keys live at present, ms: an operator can change that. */
  readonly leaseMs: () => number;
  /** Unique to this holder: what is written in the keys. */
  readonly owner: string;
}

/** Every method throws JambusError as `fromNats`. */
export function leasesIn({ link, bucket, name, leaseMs, owner }: LeasesOptions): Leases {
  const stream = bucketStream(name);
  const subjects = `$KV.${name}.`;
  const value = new TextEncoder().encode(owner);
  const guarded = async <T>(doing: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw fromNats(error, doing);
    }
  };
  const unlessOthers = async (write: () => Promise<number>): Promise<number | undefined> => {
    try {
      return await write();
    } catch (error) {
      if (isWrongRevision(error)) return undefined;
      throw error;
    }
  };
  /** The revision of a key that is ours although we did not hear so: the answer to an earlier write was lost. */
  const ours = async (key: string): Promise<number | undefined> => {
    const entry = await bucket.get(key);
    return entry?.operation === 'PUT' && entry.string() === owner ? entry.revision : undefined;
  };

  /** Writes the key once more, as nobody knows how old what is there is. */
  const renewOurs = async (key: string): Promise<number | undefined> => {
    const found = await ours(key);
    return found === undefined ? undefined : unlessOthers(() => bucket.update(key, value, found));
  };

  return {
    get leaseMs() {
      return leaseMs();
    },
    acquire: (key) =>
      guarded(
        `taking the lease ${key}`,
        async () => (await unlessOthers(() => bucket.create(key, value))) ?? renewOurs(key),
      ),
    renew: (key, revision) =>
      guarded(
        `renewing the lease ${key}`,
        async () => (await unlessOthers(() => bucket.update(key, value, revision))) ?? renewOurs(key),
      ),
    release: (key, revision) =>
      guarded(`giving back the lease ${key}`, async () => {
        // Not the bucket's own delete: that leaves a marker, which counts as held. Purging needs no right to delete either.
        await link.jsm.streams.purge(stream, { filter: subjects + key, seq: revision + 1 });
      }),
    held: () =>
      guarded('looking at the leases', async () => {
        const { state } = await link.jsm.streams.info(stream, { subjects_filter: `${subjects}>` });
        return Object.keys(state.subjects ?? {}).map((subject) => subject.slice(subjects.length));
      }),
  };
}
