import kafkajs, { type GroupMember, type PartitionAssigner } from 'kafkajs';
import { isObject } from '../connection/is-object.ts';

const { MemberAssignment, MemberMetadata } = kafkajs.AssignerProtocol;
const VERSION = 0;

/** What one member works on, and what it has worked on so far. */
export interface Claim {
  readonly member: string;
  /** Only those of the highest rank get anything. */
  readonly rank: number;
  readonly partitions: readonly number[];
}

/** What one member works on from now on. */
export interface Share {
  readonly member: string;
  readonly partitions: readonly number[];
}

export interface StickyAssignerOptions {
  readonly name: string;
  /** What this member works on now. */
  readonly owned: () => readonly number[];
  /** How well this member can do its work now. */
  readonly rank: () => number;
  /** Called just before this member asks to be let into the group, each time. */
  readonly onJoining: () => void;
}

/**
 * Spreads partitions evenly and leaves as many as it can where they are: all members meet whenever one comes or goes, and
 * what stays where it is goes on meanwhile.
 */
export function stickyAssigner({ name, owned, rank, onJoining }: StickyAssignerOptions): PartitionAssigner {
  return ({ cluster }) => ({
    name,
    version: VERSION,
    protocol: ({ topics }) => {
      onJoining();
      const userData = Buffer.from(JSON.stringify({ rank: rank(), partitions: owned() }));
      return { name, metadata: MemberMetadata.encode({ version: VERSION, topics, userData }) };
    },
    assign: async ({ members, topics: [topic = ''] }) => {
      const partitions = cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId);
      return share(partitions, members.map(claimOf)).map(({ member, partitions: assigned }) => ({
        memberId: member,
        memberAssignment: MemberAssignment.encode({
          version: VERSION,
          assignment: { [topic]: [...assigned] },
          userData: Buffer.alloc(0),
        }),
      }));
    },
  });
}

/**
 * Who works on what from now on. Every partition has one owner among the members of the highest rank, none of these has two
 * more than another, and a partition changes hands only for that. What two claim goes to the first by name.
 */
export function share(partitions: readonly number[], claims: readonly Claim[]): Share[] {
  const highest = Math.max(...claims.map(({ rank }) => rank));
  const shares = shareEqually(
    partitions,
    claims.filter(({ rank }) => rank === highest),
  );
  const idle = claims.filter(({ rank }) => rank !== highest).map(({ member }) => ({ member, partitions: [] }));
  return [...shares, ...idle];
}

function shareEqually(partitions: readonly number[], claims: readonly Claim[]): Share[] {
  const free = new Set(partitions);
  const least = Math.floor(partitions.length / claims.length);
  let withOneMore = partitions.length % claims.length;
  const shares = [...claims]
    .sort((a, b) => (a.member < b.member ? -1 : 1))
    .map(({ member, partitions: claimed }) => {
      const kept = [...new Set(claimed)].filter((partition) => free.has(partition));
      const limit = kept.length > least && withOneMore > 0 ? least + 1 : least;
      if (limit > least) withOneMore--;
      const own = kept.slice(0, limit);
      for (const partition of own) free.delete(partition);
      return { member, own };
    });
  const rest = [...free].sort((a, b) => a - b);
  for (const { own } of shares) while (own.length < least) own.push(...rest.splice(0, 1));
  for (const { own } of shares) if (own.length === least) own.push(...rest.splice(0, 1));
  return shares.map(({ member, own }) => ({ member, partitions: own }));
}

function claimOf({ memberId, memberMetadata }: GroupMember): Claim {
  return { member: memberId, ...wishIn(MemberMetadata.decode(memberMetadata)?.userData) };
}

/** A claim is no more than a wish: what cannot be read is none. Adapters of before this had ranks say an array only. */
function wishIn(userData: Buffer | undefined): Pick<Claim, 'rank' | 'partitions'> {
  try {
    const value: unknown = JSON.parse(String(userData));
    const { rank, partitions }: Readonly<Record<string, unknown>> = isObject(value) ? value : {};
    return {
      rank: typeof rank === 'number' && Number.isFinite(rank) ? rank : 0,
      partitions: numbersIn(Array.isArray(value) ? value : partitions),
    };
  } catch {
    return { rank: 0, partitions: [] };
  }
}

function numbersIn(value: unknown): readonly number[] {
  return Array.isArray(value) ? value.filter((partition) => Number.isInteger(partition)) : [];
}
