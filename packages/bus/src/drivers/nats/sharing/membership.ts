import { KeptLease } from './kept-lease.ts';
import type { Leases } from './leases.ts';
import { type Member, memberKey } from './plan.ts';

/** The key by which the others know that this member is there, and of which rank. */
export class Membership {
  readonly #leases: Leases;
  readonly #owner: string;
  #lease: KeptLease | undefined;

  constructor(leases: Leases, owner: string) {
    this.#leases = leases;
    this.#owner = owner;
  }

  get isThere(): boolean {
    return this.#lease !== undefined;
  }

  /**
   * Sees to it that the key is there with this rank.
   *
   * @returns whether the others have to be told: the member has come, or its rank has changed
   */
  async keep(rank: number): Promise<boolean> {
    const member: Member = { owner: this.#owner, rank };
    const key = memberKey(member);
    const before = this.#lease;
    if (before?.key === key && (await before.renew())) return false;
    // The new key before the old one goes, or the others would take it for gone meanwhile.
    this.#lease = await KeptLease.acquire(this.#leases, key);
    // One that cannot be given back now expires.
    if (before !== undefined && before.key !== key) await before.release().catch(() => {});
    return this.#lease !== undefined;
  }

  /** The key has gone without our doing. */
  forget(): void {
    this.#lease = undefined;
  }

  async leave(): Promise<void> {
    await this.#lease?.release();
    this.#lease = undefined;
  }
}
