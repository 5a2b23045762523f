import type { JambusError } from '@jambus/schema';
import type { EachBatchPayload } from 'kafkajs';
import { type Backoff, backoffMs } from '../../../waiting/backoff.ts';
import { pause } from '../../../waiting/pause.ts';
import { fromKafka, hasMovedOn } from '../connection/errors.ts';
import type { Needs } from '../connection/rights.ts';
import type { Assignment } from './assignment.ts';
import { UNNAMED_LOG } from './topic-log.ts';

type CommitNow = EachBatchPayload['commitOffsetsIfNecessary'];

/** Commits for one member of the group. */
export interface OffsetCommits {
  /**
   * How to commit: once, as the member of the group that we are at the time of the call. The client's other way tries again
   * by itself, and would commit in the name of a later generation what may belong to somebody else by then.
   */
  by(commitNow: CommitNow): void;
  /** Commits what is finished, unless that is under way. Never throws. */
  commit(): Promise<void>;
  /** Commits what is left, as long as there is hope. Never throws. */
  finish(): Promise<void>;
}

/** How long a position is offered again that the group would not take while it met, ms. */
const FINISH_WITHIN_MS = 3_000;
const FINISH_PAUSE_MS = 50;
const RETRIES: Backoff = { firstMs: 400, maxMs: 5_000 };

/**
 * What a group refuses because it has met again is no trouble: what stays ours is committed with the next attempt, and what
 * does not is the next owner's.
 *
 * @param mayCommit false when somebody else may have our partitions
 * @param needs the rights that it takes
 */
export function offsetCommits(
  topic: string,
  assignment: Pick<Assignment, 'due'>,
  mayCommit: () => boolean,
  onTrouble: (error: JambusError) => void,
  needs: Needs = {},
): OffsetCommits {
  let commitNow: CommitNow | undefined;
  let underWay: Promise<void> | undefined;
  let failures = 0;
  let notBefore = 0;

  // From the look at what is due to the call there is no wait in which the group could meet.
  const attempt = async (): Promise<void> => {
    const due = mayCommit() ? assignment.due() : [];
    if (commitNow === undefined || due.length === 0) return;
    for (const { work, offset } of due) work.claimed = Math.max(work.claimed, offset);
    const partitions = due.map(({ partition, offset, log, beyond }) => positionIn(log, partition, offset + 1, beyond));
    try {
      await commitNow({ topics: [{ topic, partitions }] });
      for (const { work, offset, beyond } of due) {
        work.committed = Math.max(work.committed, offset);
        work.committedBeyond = beyond;
      }
      failures = 0;
    } catch (error) {
      if (hasMovedOn(error)) return;
      failures++;
      notBefore = performance.now() + backoffMs(failures, RETRIES);
      onTrouble(fromKafka(error, 'committing', needs));
    }
  };

  const commit = (): Promise<void> => {
    underWay ??= attempt().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };

  return {
    by: (newCommitNow) => {
      commitNow = newCommitNow;
    },
    commit: async () => {
      if (performance.now() >= notBefore) await commit();
    },
    finish: async () => {
      const over = new AbortController();
      let late = false;
      const untilLate = pause(FINISH_WITHIN_MS, over.signal).then(() => {
        late = true;
      });
      await Promise.race([underWay, untilLate]);
      while (commitNow !== undefined && mayCommit() && assignment.due().length > 0 && !late) {
        await Promise.race([commit(), untilLate]);
        const waitMs = Math.max(FINISH_PAUSE_MS, notBefore - performance.now());
        if (assignment.due().length > 0) await Promise.race([pause(waitMs, over.signal), untilLate]);
      }
      over.abort();
    },
  };
}

/**
 * A position as it is committed, with the name of its log beside it, should the topic be made anew, and what is finished
 * beyond it.
 */
export function positionIn(log: string | undefined, partition: number, offset: number, beyond: string) {
  const place = { partition, offset: String(offset) };
  if (log === undefined || log === UNNAMED_LOG) return place;
  return { ...place, metadata: beyond === '' ? log : `${log} ${beyond}` };
}
