import { randomUUID } from 'node:crypto';
import { JambusError } from '@jambus/schema';
import type { Standing } from '../../../port/index.ts';
import type { OnTrouble } from '../../../trouble.ts';
import { fromNats } from '../connection/errors.ts';
import type { NatsLink } from '../connection/link.ts';
import { allOf } from './all-of.ts';
import { Holding } from './holding.ts';
import { KeptLease } from './kept-lease.ts';
import type { Leases } from './leases.ts';
import { Membership } from './membership.ts';
import type { PartitionLease } from './partition-lease.ts';
import { type Plan, partitionKey, planOf } from './plan.ts';

export interface PartitionShareOptions {
  readonly link: Pick<NatsLink, 'connected' | 'listen' | 'subscribe' | 'nc'>;
  readonly leases: Leases;
  readonly partitions: number;
  /** Unique to this share. */
  readonly owner: string;
  /** The partitions go to the members with the highest rank, a whole number. */
  readonly standing: Standing;
  /** Subject on which adapters tell each other that a partition is free or an adapter has come, gone or changed its rank. */
  readonly changes: string;
  /** Works on a partition until the lease is revoked or lost, or the work has to be begun again. */
  readonly work: (lease: PartitionLease) => Promise<void>;
  /** The buckets may be gone: make sure of them. */
  readonly onBucketTrouble: () => void;
  readonly onTrouble: OnTrouble;
}

/** Looks at the others per lease time, and renewals. */
const ROUNDS_PER_LEASE = 5;
/** The same while partitions are missing: a dead adapter's lease ends without notice. */
const EAGER_ROUNDS_PER_LEASE = 20;
/**
 * How long a member is outranked before it gives its partitions up, ms. When a gateway comes or goes, all members change
 * their rank, one a moment after the other, and partitions need not move for that.
 */
const OUTRANKED_FOR_MS = 500;

/** A name for one adapter's reading, also as a part of a bucket's key. */
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
  readonly #membership: Membership;
  readonly #holdings = new Map<number, Holding>();
  /** Partitions that were lost. If it was by the clock alone, the server has their keys in our name still. */
  readonly #lost = new Set<number>();
  #failure: JambusError | undefined;
  #missing = true;
  /** On the clock of `performance.now()`. */
  #outrankedSince: number | undefined;
  #woken = false;
  #wake = () => {};

  constructor(options: PartitionShareOptions) {
    this.#options = options;
    this.#membership = new Membership(options.leases, options.owner);
  }

  async run(signal: AbortSignal): Promise<void> {
    const { link, leases, changes, owner, standing } = this.#options;
    const wake = () => this.#wakeUp();
    const subscription = link.subscribe(changes, (message) => message.string() !== owner && wake());
    const unlisten = link.listen((event) => event.kind === 'connected' && wake());
    const forgetStanding = standing.onChange(wake);
    signal.addEventListener('abort', wake);
    const watchdog = setInterval(() => this.#check(), leases.leaseMs / EAGER_ROUNDS_PER_LEASE);
    try {
      while (!signal.aborted && this.#failure === undefined) {
        await this.#attempt(() => this.#round());
        await this.#pause();
      }
      await this.#leave();
    } finally {
      clearInterval(watchdog);
      signal.removeEventListener('abort', wake);
      forgetStanding();
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
    const { leases, owner, partitions, standing } = this.#options;
    const { rank } = standing;
    let held: string[] = [];
    const look = async () => {
      held = await leases.held();
    };
    // The first look has to find this member.
    if (!this.#membership.isThere) await this.#keepMembership(rank);
    await allOf([this.#keepMembership(rank), this.#renewAll(), look()]);
    const plan = planOf(held, { owner, rank }, partitions);
    if (plan !== undefined) return this.#follow(plan);
    this.#membership.forget();
    this.#wakeUp();
  }

  async #keepMembership(rank: number): Promise<void> {
    if (await this.#membership.keep(rank)) this.#tellOthers();
  }

  async #renewAll(): Promise<void> {
    await allOf([...this.#holdings.values()].map((holding) => holding.renew()));
  }

  async #follow({ share, outranked, free }: Plan): Promise<void> {
    this.#outrankedSince = outranked ? (this.#outrankedSince ?? performance.now()) : undefined;
    const keeping = this.#kept();
    this.#missing = keeping.length < share;
    if (outranked && this.#untilGivingUp() > 0) return;
    for (const holding of keeping.slice(share)) holding.revoke();
    await this.#take(free, share - this.#holdings.size);
  }

  /** What is not being given up. */
  #kept(): Holding[] {
    return [...this.#holdings.values()].filter(({ isRevoked }) => !isRevoked);
  }

  /** How long it takes until this member gives everything up because others are better, ms. */
  #untilGivingUp(): number {
    if (this.#outrankedSince === undefined || this.#kept().length === 0) return Number.POSITIVE_INFINITY;
    return this.#outrankedSince + OUTRANKED_FOR_MS - performance.now();
  }

  /** Takes so many of those that are free, as many at a time as are missing. */
  async #take(free: readonly number[], count: number): Promise<void> {
    const found = [...new Set([...free, ...this.#lost])].filter((partition) => !this.#holdings.has(partition));
    // From anywhere, so that adapters that see the same free ones do not all go for the first.
    const start = Math.floor(Math.random() * found.length);
    const candidates = [...found.slice(start), ...found.slice(0, start)];
    for (let taken = 0; taken < count && candidates.length > 0; ) {
      const tried = candidates.splice(0, count - taken);
      await allOf(
        tried.map(async (partition) => {
          if (await this.#acquire(partition)) taken++;
        }),
      );
    }
  }

  async #acquire(partition: number): Promise<boolean> {
    const { leases, owner } = this.#options;
    const kept = await KeptLease.acquire(leases, partitionKey(partition));
    this.#lost.delete(partition);
    if (kept === undefined) return false;
    void this.#workOn(new Holding(partition, owner, kept, (error) => this.#onLost(partition, error)));
    return true;
  }

  /** Never rejects. */
  async #workOn(holding: Holding): Promise<void> {
    const { work, link, onTrouble } = this.#options;
    this.#holdings.set(holding.partition, holding);
    try {
      await work(holding.lease);
    } catch (error) {
      this.#failure ??= JambusError.from(error);
    }
    try {
      // One that cannot be given back now expires.
      if (link.connected()) await holding.release();
    } catch (error) {
      onTrouble({ kind: 'broker_failed', error: fromNats(error, 'giving back a partition') });
    }
    this.#holdings.delete(holding.partition);
    this.#tellOthers();
    this.#wakeUp();
  }

  #onLost(partition: number, error: JambusError): void {
    this.#lost.add(partition);
    this.#options.onTrouble({ kind: 'broker_failed', error });
  }

  #check(): void {
    for (const holding of this.#holdings.values()) holding.check();
  }

  /** Gives everything back, as soon as each has ended; leases are renewed meanwhile. */
  async #leave(): Promise<void> {
    for (const holding of this.#holdings.values()) holding.revoke();
    await this.#attempt(() => this.#membership.leave());
    this.#tellOthers();
    while (this.#holdings.size > 0) {
      await this.#pause();
      await this.#attempt(() => this.#renewAll());
    }
  }

  #tellOthers(): void {
    const { link, changes, owner } = this.#options;
    if (link.connected()) link.nc.publish(changes, owner);
  }

  #wakeUp(): void {
    this.#woken = true;
    this.#wake();
  }

  /** Until the next round is due, or something has happened since the last began. */
  async #pause(): Promise<void> {
    const { leaseMs } = this.#options.leases;
    if (!this.#woken) {
      const roundMs = leaseMs / (this.#missing ? EAGER_ROUNDS_PER_LEASE : ROUNDS_PER_LEASE);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(roundMs, Math.max(1, this.#untilGivingUp())));
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#woken = false;
  }
}
