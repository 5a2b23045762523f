import { JambusError } from '@jambus/schema';
import type { KeptLease } from './kept-lease.ts';
import type { PartitionLease } from './partition-lease.ts';

/** A partition that is ours, and worked on. */
export class Holding {
  readonly partition: number;
  readonly lease: PartitionLease;
  readonly #kept: KeptLease;
  readonly #onLost: (error: JambusError) => void;
  readonly #revoke = new AbortController();
  readonly #lose = new AbortController();

  /** @param onLost called once when somebody else may have the partition */
  constructor(partition: number, owner: string, kept: KeptLease, onLost: (error: JambusError) => void) {
    this.partition = partition;
    this.#kept = kept;
    this.#onLost = onLost;
    this.lease = {
      partition,
      owner,
      revoked: this.#revoke.signal,
      lost: this.#lose.signal,
      isHeld: () => this.check(),
    };
  }

  get isRevoked(): boolean {
    return this.#revoke.signal.aborted;
  }

  get isLost(): boolean {
    return this.#lose.signal.aborted;
  }

  /** Asks for the partition back; the work on it ends in good order. */
  revoke(): void {
    this.#revoke.abort();
  }

  /** Looks at the clock. @returns whether the partition is ours still */
  check(): boolean {
    if (!this.isLost && this.#kept.isOverdue) this.#drop('its lease could not be renewed in time');
    return !this.isLost;
  }

  async renew(): Promise<void> {
    if (this.isLost) return;
    if (!(await this.#kept.renew())) this.#drop('somebody else has it');
  }

  /** To be called when the work has ended. */
  async release(): Promise<void> {
    if (!this.isLost) await this.#kept.release();
  }

  #drop(why: string): void {
    if (this.isLost) return;
    this.#lose.abort();
    this.#onLost(new JambusError('bus_unavailable', `partition ${this.partition} is lost: ${why}`));
  }
}
