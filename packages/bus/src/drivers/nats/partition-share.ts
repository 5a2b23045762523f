import { randomUUID } from 'node:crypto';
import { JambusError } from '@jambus/schema';
import type { OnTrouble } from '../../trouble.ts';
import { fromNats } from './connection/errors.ts';
import type { NatsLink } from './connection/link.ts';
import type { Leases } from './leases.ts';
import type { PartitionLease } from './partition-worker.ts';

export interface PartitionShareOptions {
  readonly link: NatsLink;
  readonly leases: Leases;
  readonly partitions: number;
  /** Unique to this share. */
  readonly owner: string;
  /** Subject on which adapters tell each other that a partition is free or an adapter has come or gone. */
  readonly changes: string;
  /** Works on a partition until the lease is revoked or lost, or the work has to be begun again. */
  readonly work: (lease: PartitionLease) => Promise<void>;
  /** The buckets may be gone: make sure of them. */
  readonly onBucketTrouble: () => void;
  readonly onTrouble: OnTrouble;
}

interface Holding {
  readonly partition: number;
  revision: number;
  /** From then on the server may have given it to somebody else; on the clock of `performance.now()`. */
  heldUntil: number;
  readonly revoke: AbortController;
  readonly lose: AbortController;
  /** Its work has ended, so the lease can go. */
  ended: boolean;
}

/** Renewals and looks at the others per lease time. */
const ROUNDS_PER_LEASE = 5;
/** The same while partitions are missing: a dead adapter's lease ends without notice. */
const EAGER_ROUNDS_PER_LEASE = 20;
/** The share of a lease that is given up for the time a renewal is under way and a clock may differ. */
const SAFETY = 0.1;

/** A name for one adapter's reading, also as a key of a bucket. */
export function newOwner(): string {
  return randomUUID();
}

/**
 * Holds this adapter's fair share of the partitions and lets `work` loose on each, until the signal aborts. Every adapter has
 * a key that says it is there, and a key for each of its partitions; keys that are not renewed expire on the server. Who
 * has more than its share gives up the rest, who has less takes what is free. Nobody decides for another.
 *
 * @throws JambusError that is not retryable: of `work`, or because the server refuses the leases
 */
export async function sharePartitions(options: PartitionShareOptions, signal: AbortSignal): Promise<void> {
  const share = new PartitionShare(options);
  await share.run(signal);
}

class PartitionShare {
  readonly #options: PartitionShareOptions;
  readonly #holdings = new Map<number, Holding>();
  #memberRevision: number | undefined;
  #failure: JambusError | undefined;
  #missing = true;
  #woken = false;
  #wake = () => {};

  constructor(options: PartitionShareOptions) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { link, leases, changes } = this.#options;
    const wake = () => this.#wakeUp();
    const subscription = link.subscribe(changes, wake);
    const unlisten = link.listen((event) => event.kind === 'connected' && wake());
    signal.addEventListener('abort', wake);
    const watchdog = setInterval(() => this.#dropOverdue(), leases.leaseMs / EAGER_ROUNDS_PER_LEASE);
    try {
      while (!signal.aborted && this.#failure === undefined) {
        await this.#attempt(() => this.#round());
        await this.#pause();
      }
      await this.#leave();
    } finally {
      clearInterval(watchdog);
      signal.removeEventListener('abort', wake);
      unlisten();
      subscription.unsubscribe();
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Trouble that passes is told, and leaves it to the next round. */
  async #attempt(work: () => Promise<void>): Promise<void> {
    const { link, onTrouble, onBucketTrouble } = this.#options;
    if (!link.connected()) return;
    try {
      await work();
    } catch (thrown) {
      const error = fromNats(thrown, 'sharing the partitions');
      if (!error.retryable && error.code !== 'stopped') this.#failure ??= error;
      else onTrouble({ kind: 'broker_failed', error });
      if (error.retryable && link.connected()) onBucketTrouble();
    }
  }

  async #round(): Promise<void> {
    const { leases, owner, partitions } = this.#options;
    await this.#giveBackEnded();
    await this.#keepMembership();
    await this.#renewAll();
    const held = new Set(await leases.held());
    const members = [...held].filter((key) => key.startsWith(MEMBER)).sort();
    const place = members.indexOf(memberKey(owner));
    // Expired this instant: what we hold is decided when we are there again.
    if (place < 0) return;
    const share = shareOf(place, members.length, partitions);
    const keeping = [...this.#holdings.values()].filter(({ revoke }) => !revoke.signal.aborted);
    for (const { revoke } of keeping.slice(share)) revoke.abort();
    this.#missing = keeping.length < share;
    await this.#takeFree(held, share - this.#holdings.size);
  }

  async #keepMembership(): Promise<void> {
    const { leases, owner } = this.#options;
    const key = memberKey(owner);
    const before = this.#memberRevision;
    const renewed = before === undefined ? undefined : await leases.renew(key, before);
    this.#memberRevision = renewed ?? (await leases.acquire(key));
    if (before === undefined) this.#tellOthers();
  }

  async #renewAll(): Promise<void> {
    const { leases } = this.#options;
    await Promise.all(
      [...this.#holdings.values()].map(async (holding) => {
        const heldUntil = this.#untilFromNow();
        const renewed = await leases.renew(partitionKey(holding.partition), holding.revision);
        if (renewed === undefined) {
          this.#drop(holding, 'somebody else has it');
        } else {
          holding.revision = renewed;
          holding.heldUntil = heldUntil;
        }
      }),
    );
  }

  async #takeFree(held: ReadonlySet<string>, count: number): Promise<void> {
    const { leases, partitions } = this.#options;
    const free = Array.from({ length: partitions }, (_, partition) => partition).filter(
      (partition) => !held.has(partitionKey(partition)) && !this.#holdings.has(partition),
    );
    // From anywhere, so that adapters that see the same free ones do not all go for the first.
    const start = Math.floor(Math.random() * free.length);
    for (const partition of [...free.slice(start), ...free.slice(0, start)]) {
      if (count <= 0) return;
      const heldUntil = this.#untilFromNow();
      const revision = await leases.acquire(partitionKey(partition));
      if (revision === undefined) continue;
      count--;
      const [revoke, lose] = [new AbortController(), new AbortController()];
      this.#begin({ partition, revision, heldUntil, revoke, lose, ended: false });
    }
  }

  #untilFromNow(): number {
    return performance.now() + this.#options.leases.leaseMs * (1 - SAFETY);
  }

  #begin(holding: Holding): void {
    const { work, owner } = this.#options;
    const { partition, revoke, lose } = holding;
    this.#holdings.set(partition, holding);
    const lease = { partition, owner, revoked: revoke.signal, lost: lose.signal };
    work(lease)
      .catch((error: unknown) => {
        this.#failure ??= JambusError.from(error);
      })
      .finally(() => {
        holding.ended = true;
        this.#wakeUp();
      });
  }

  /** Not when the work ends but by the rounds, so that no renewal is under way, which would outlive the release. */
  async #giveBackEnded(): Promise<void> {
    const ended = [...this.#holdings.values()].filter((holding) => holding.ended);
    if (ended.length === 0) return;
    // One that cannot be given back now expires.
    for (const { partition } of ended) this.#holdings.delete(partition);
    const { leases } = this.#options;
    const ours = ended.filter(({ lose }) => !lose.signal.aborted);
    await Promise.all(ours.map(({ partition, revision }) => leases.release(partitionKey(partition), revision)));
    this.#tellOthers();
  }

  #dropOverdue(): void {
    const now = performance.now();
    for (const holding of this.#holdings.values()) {
      if (holding.heldUntil <= now) this.#drop(holding, 'its lease could not be renewed in time');
    }
  }

  #drop(holding: Holding, why: string): void {
    if (holding.lose.signal.aborted) return;
    holding.lose.abort();
    const error = new JambusError('bus_unavailable', `partition ${holding.partition} is lost: ${why}`);
    this.#options.onTrouble({ kind: 'broker_failed', error });
  }

  /** Gives everything back, as soon as each has ended; leases are renewed meanwhile. */
  async #leave(): Promise<void> {
    const { leases, owner, link } = this.#options;
    for (const { revoke } of this.#holdings.values()) revoke.abort();
    const revision = this.#memberRevision;
    if (revision !== undefined) await this.#attempt(() => leases.release(memberKey(owner), revision));
    this.#tellOthers();
    while (this.#holdings.size > 0) {
      await this.#pause();
      await this.#attempt(async () => {
        await this.#giveBackEnded();
        await this.#renewAll();
      });
      // Without a connection they expire.
      if (!link.connected())
        for (const [partition, { ended }] of this.#holdings) if (ended) this.#holdings.delete(partition);
    }
  }

  #tellOthers(): void {
    const { link, changes } = this.#options;
    if (link.connected()) link.nc.publish(changes);
  }

  #wakeUp(): void {
    this.#woken = true;
    this.#wake();
  }

  /** Until the next round is due, or something has happened since the last began. */
  async #pause(): Promise<void> {
    const { leaseMs } = this.#options.leases;
    if (!this.#woken) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leaseMs / (this.#missing ? EAGER_ROUNDS_PER_LEASE : ROUNDS_PER_LEASE));
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#woken = false;
  }
}

const MEMBER = 'member.';

function memberKey(owner: string): string {
  return MEMBER + owner;
}

function partitionKey(partition: number): string {
  return `partition.${partition}`;
}

/** How many partitions the member at this place among all has; those at the front have the odd ones. */
function shareOf(place: number, members: number, partitions: number): number {
  return Math.floor(partitions / members) + (place < partitions % members ? 1 : 0);
}
