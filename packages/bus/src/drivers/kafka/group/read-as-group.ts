import type { JambusError } from '@jambus/schema';
import { type Backoff, backoffMs } from '../../../waiting/backoff.ts';
import { pause } from '../../../waiting/pause.ts';
import { MissingPackage } from '../compression/index.ts';
import type { Assignment } from './assignment.ts';
import { createFormerMember } from './former-member.ts';
import { type GroupMemberOptions, REBALANCE_MS, serveGroup } from './group-member.ts';
import { createMembership } from './membership.ts';
import { createTopicLog } from './topic-log.ts';

export interface GroupReadingOptions {
  readonly member: Omit<GroupMemberOptions, 'group' | 'assignment' | 'membership' | 'former' | 'log'>;
  /** The group to read in, asked for each new member. */
  readonly group: () => string;
  /** What is done with the partitions. */
  readonly assignment: Assignment;
  /** Something went wrong that is tried again. */
  readonly onFailure: (error: JambusError) => void;
}

/** Reading that goes on. */
export interface Reading {
  /** False when the group may have given away what we had; undefined until it has let us in. */
  readonly inGroup: boolean | undefined;
  /** @throws JambusError that is not retryable, when the group never let us in, or a package is missing to read what is there */
  readonly ended: Promise<void>;
}

/** A member that served for so long has not failed at what the one before has failed at, ms. */
const SERVED_MS = 10_000;
const RETRIES: Backoff = { firstMs: 100, maxMs: 2_000 };

/** Reads a topic as a member of a consumer group, with a new member each time one fails. */
export function readAsGroup(options: GroupReadingOptions, stop: AbortSignal): Reading {
  const { member, group, assignment, onFailure } = options;
  // The client gives up waiting for the others 5 s after the group would have.
  const membership = createMembership(member.sessionMs, REBALANCE_MS + 5_000);
  const former = createFormerMember();
  const log = createTopicLog();

  const serve = async (): Promise<void> => {
    for (let attempt = 1; !stop.aborted; attempt++) {
      former.succeed();
      const begunAt = performance.now();
      const failure = await serveGroup({ ...member, group: group(), assignment, membership, former, log }, stop);
      if (failure === undefined) return;
      if (failure instanceof MissingPackage || (!failure.retryable && membership.fresh)) throw failure;
      onFailure(failure);
      // Not as soon as it was let in: where the trouble goes on, there would be ten new members a second.
      if (performance.now() - begunAt > SERVED_MS) attempt = 1;
      await pause(backoffMs(attempt, RETRIES), stop);
    }
  };
  const read = async (): Promise<void> => {
    try {
      await serve();
    } finally {
      // There may be no member when it is time to stop.
      await assignment.stop();
    }
  };

  return {
    get inGroup() {
      return membership.fresh ? undefined : membership.held;
    },
    ended: read(),
  };
}
