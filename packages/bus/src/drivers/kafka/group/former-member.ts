import { pause } from '../../../waiting/pause.ts';
import { clientClusterOf } from '../connection/client-cluster.ts';
import { CLIENT_RETRIES, type Cluster } from '../connection/cluster.ts';
import { leaveGroupAt } from '../connection/exchange.ts';

/** The member of the group that we were before: one that failed is still there to the group, which waits for it. */
export interface FormerMember {
  /** We are in the group by this id. */
  joined(memberId: string): void;
  /** Another member begins in our place. */
  succeed(): void;
  /**
   * Tells the group that the member before has left, while the next one asks to be let in: otherwise all members wait for the
   * session of the old one. Without effect when there is none.
   */
  leave(cluster: Cluster, group: string): void;
}

/**
 * The next member has asked to be let in by then, ms. If the group met without it, another reader could have our partitions
 * before we know that we have none.
 */
const ASKED_BY_MS = 200;
const LEAVE_WITHIN_MS = 5_000;
const METADATA_AGE_MS = 60_000;

export function createFormerMember(): FormerMember {
  let current: string | undefined;
  let former: string | undefined;
  return {
    joined: (memberId) => {
      current = memberId;
    },
    succeed: () => {
      former = current ?? former;
      current = undefined;
    },
    leave: (cluster, group) => {
      if (former === undefined) return;
      const memberId = former;
      former = undefined;
      // What comes of it does not matter: when its session ends, the group lets it go by itself.
      leave(cluster, group, memberId).catch(() => {});
    },
  };
}

/** By connections of its own: a broker answers nothing on one that waits to be let in. */
async function leave(cluster: Cluster, groupId: string, memberId: string): Promise<void> {
  await pause(ASKED_BY_MS);
  const client = cluster.newClient();
  const giveUp = setTimeout(() => client.end(), LEAVE_WITHIN_MS);
  try {
    const brokers = clientClusterOf(client.kafka, { retry: CLIENT_RETRIES, metadataMaxAge: METADATA_AGE_MS });
    await brokers.connect();
    const coordinator = await brokers.findGroupCoordinator({ groupId });
    await leaveGroupAt(coordinator, groupId, memberId);
  } finally {
    clearTimeout(giveUp);
    client.end();
  }
}
