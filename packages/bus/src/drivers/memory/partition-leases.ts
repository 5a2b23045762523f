import type { CommandRecord } from '../../port/index.ts';
import type { CommandPartition } from './command-partition.ts';

/** The right to work on one partition, until it is released. Afterwards it reads nothing and commits nothing. */
export interface PartitionLease {
  readonly partition: number;
  /** Offset of the oldest record that nobody has finished: where to begin. */
  readonly committed: number;
  /** The record at an offset; undefined when it has not come yet. */
  read(offset: number): CommandRecord | undefined;
  /** Resolves to true when there may be something new to read, to false when the lease is over. */
  whenWritten(): Promise<boolean>;
  /** Everything before this offset is finished. */
  commit(offset: number): void;
  /** Gives the partition back. Idempotent. */
  release(): void;
}

/** One reader of the group. The callbacks must not throw. */
export interface GroupMember {
  readonly onGranted: (lease: PartitionLease) => void;
  /** Somebody else is to have the partition: commit what is finished and release it. */
  readonly onRevoked: (lease: PartitionLease) => void;
}

export interface Membership {
  /** No more leases; those that are held stay until each is released. Idempotent. */
  leave(): void;
}

class Lease implements PartitionLease {
  readonly #partition: CommandPartition;
  readonly #onReleased: (lease: Lease) => void;
  #over = false;
  /** The holder has been asked to release it. */
  revoking = false;
  readonly holder: GroupMember;

  constructor(partition: CommandPartition, holder: GroupMember, onReleased: (lease: Lease) => void) {
    this.#partition = partition;
    this.holder = holder;
    this.#onReleased = onReleased;
  }

  get partition(): number {
    return this.#partition.index;
  }

  get committed(): number {
    return this.#partition.committed;
  }

  read(offset: number): CommandRecord | undefined {
    return this.#over ? undefined : this.#partition.at(offset);
  }

  async whenWritten(): Promise<boolean> {
    if (!this.#over) await this.#partition.whenWritten();
    return !this.#over;
  }

  commit(offset: number): void {
    if (!this.#over) this.#partition.commit(offset);
  }

  release(): void {
    if (this.#over) return;
    this.#over = true;
    this.#partition.wake();
    this.#onReleased(this);
  }
}

/** Spreads the partitions evenly over the members, moving as few as it can. */
export class PartitionLeases {
  readonly #partitions: readonly CommandPartition[];
  readonly #members = new Set<GroupMember>();
  /** By partition. */
  readonly #leases: (Lease | undefined)[];

  constructor(partitions: readonly CommandPartition[]) {
    this.#partitions = partitions;
    this.#leases = partitions.map(() => undefined);
  }

  /** Leases may be granted before this returns. */
  join(member: GroupMember): Membership {
    this.#members.add(member);
    this.#rebalance();
    return {
      leave: () => {
        if (this.#members.delete(member)) this.#rebalance();
      },
    };
  }

  #rebalance(): void {
    const shares = this.#shares();
    for (const [member, share] of shares) {
      const staying = this.#heldBy(member).filter((lease) => !lease.revoking);
      for (const lease of staying.slice(share)) {
        lease.revoking = true;
        member.onRevoked(lease);
      }
    }
    for (const partition of this.#partitions) {
      if (this.#leases[partition.index] !== undefined) continue;
      const member = this.#mostWanting(shares);
      if (member !== undefined) this.#grant(partition, member);
    }
  }

  /** How many partitions each member is to have; who holds more now gets the odd ones, so that they need not move. */
  #shares(): Map<GroupMember, number> {
    const members = [...this.#members].sort((a, b) => this.#heldBy(b).length - this.#heldBy(a).length);
    const least = Math.floor(this.#partitions.length / members.length);
    const odd = this.#partitions.length % members.length;
    return new Map(members.map((member, rank) => [member, rank < odd ? least + 1 : least]));
  }

  #mostWanting(shares: ReadonlyMap<GroupMember, number>): GroupMember | undefined {
    let found: GroupMember | undefined;
    let most = 0;
    for (const [member, share] of shares) {
      const wanting = share - this.#heldBy(member).length;
      if (wanting > most) {
        most = wanting;
        found = member;
      }
    }
    return found;
  }

  #heldBy(member: GroupMember): Lease[] {
    return this.#leases.filter((lease): lease is Lease => lease?.holder === member);
  }

  #grant(partition: CommandPartition, member: GroupMember): void {
    const lease = new Lease(partition, member, () => {
      this.#leases[partition.index] = undefined;
      this.#rebalance();
    });
    this.#leases[partition.index] = lease;
    member.onGranted(lease);
  }
}
