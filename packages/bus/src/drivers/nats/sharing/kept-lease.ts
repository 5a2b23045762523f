import type { Leases } from './leases.ts';

/** The share of a lease that is given up for the time a renewal is under way and a clock may differ. */
const SAFETY = 0.1;
/** Renewals per lease time, at most: rounds that follow each other closely write nothing. */
const RENEWALS_PER_LEASE = 10;

/** One key that is ours, from when it was acquired. */
export class KeptLease {
  readonly key: string;
  readonly #leases: Leases;
  #revision: number;
  /** When it was last written, on the clock of `performance.now()`. */
  #writtenAt: number;
  #renewing: Promise<boolean> | undefined;
  #released = false;

  private constructor(leases: Leases, key: string, revision: number, writtenAt: number) {
    this.#leases = leases;
    this.key = key;
    this.#revision = revision;
    this.#writtenAt = writtenAt;
  }

  /** @returns undefined when somebody else has the key */
  static async acquire(leases: Leases, key: string): Promise<KeptLease | undefined> {
    const at = performance.now();
    const revision = await leases.acquire(key);
    return revision === undefined ? undefined : new KeptLease(leases, key, revision, at);
  }

  /** From then on the server may have given it to somebody else. */
  get isOverdue(): boolean {
    return performance.now() >= this.#writtenAt + this.#leases.leaseMs * (1 - SAFETY);
  }

  /** Writes the key again, if that is due. @returns false when it is ours no more */
  async renew(): Promise<boolean> {
    const isFresh = performance.now() - this.#writtenAt < this.#leases.leaseMs / RENEWALS_PER_LEASE;
    if (isFresh || this.#released) return true;
    this.#renewing ??= this.#write().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  /** Gives the key back, unless somebody else has it. */
  async release(): Promise<void> {
    this.#released = true;
    // What is being written would outlive the release.
    await this.#renewing?.catch(() => {});
    await this.#leases.release(this.key, this.#revision);
  }

  async #write(): Promise<boolean> {
    const at = performance.now();
    const revision = await this.#leases.renew(this.key, this.#revision);
    if (revision === undefined) return false;
    this.#revision = revision;
    this.#writtenAt = at;
    return true;
  }
}
