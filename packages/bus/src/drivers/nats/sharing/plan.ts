/** Who takes part, and how well it can do the work. */
export interface Member {
  readonly owner: string;
  /** A whole number; the partitions go to the members with the highest one. */
  readonly rank: number;
}

/** What a member has to do, by what all members see alike. */
export interface Plan {
  /** Partitions it is to have. */
  readonly share: number;
  /** Others have a higher rank, so it is to have none. */
  readonly outranked: boolean;
  /** Partitions that nobody has. */
  readonly free: readonly number[];
}

const MEMBER = 'member.';

/** The key that says that a member is there. The rank stands in the key, so that one request finds those of all. */
export function memberKey({ owner, rank }: Member): string {
  return `${MEMBER}${rank}.${owner}`;
}

export function partitionKey(partition: number): string {
  return `partition.${partition}`;
}

/**
 * The plan of a member, from the keys that are held.
 *
 * @returns undefined when the member is not among them, as its key has just expired
 */
export function planOf(held: Iterable<string>, self: Member, partitions: number): Plan | undefined {
  const keys = new Set(held);
  const ranks = ranksIn(keys);
  if (!ranks.has(self.owner)) return undefined;
  // What others see of it may be a moment old.
  ranks.set(self.owner, self.rank);
  const best = Math.max(...ranks.values());
  const peers = [...ranks].filter(([, rank]) => rank === best).map(([owner]) => owner);
  const place = peers.sort().indexOf(self.owner);
  return {
    share: place < 0 ? 0 : shareOf(place, peers.length, partitions),
    outranked: place < 0,
    free: Array.from({ length: partitions }, (_, partition) => partition).filter((n) => !keys.has(partitionKey(n))),
  };
}

/** The rank of each member. One that is changing its rank has two keys for a moment: the higher one counts. */
function ranksIn(keys: Iterable<string>): Map<string, number> {
  const ranks = new Map<string, number>();
  for (const key of keys) {
    if (!key.startsWith(MEMBER)) continue;
    const cut = key.lastIndexOf('.');
    const owner = key.slice(cut + 1);
    const rank = Number(key.slice(MEMBER.length, cut));
    ranks.set(owner, Math.max(Number.isNaN(rank) ? 0 : rank, ranks.get(owner) ?? Number.NEGATIVE_INFINITY));
  }
  return ranks;
}

/** How many partitions the member at this place among all has; those at the front have the odd ones. */
function shareOf(place: number, members: number, partitions: number): number {
  return Math.floor(partitions / members) + (place < partitions % members ? 1 : 0);
}
