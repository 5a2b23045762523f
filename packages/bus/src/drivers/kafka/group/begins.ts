import { JambusError } from '@jambus/schema';
import type { Cluster as ClientCluster } from 'kafkajs';
import { type IsFinished, NONE_FINISHED } from '../../../lanes/index.ts';
import { topicIdBy } from '../connection/topic-id.ts';
import type { Assignment, Flow } from './assignment.ts';
import { committedIn } from './committed.ts';
import { logNameOf, type TopicLog } from './topic-log.ts';

export interface BeginsOptions {
  readonly cluster: ClientCluster;
  readonly topic: string;
  readonly group: string;
  readonly log: TopicLog;
  readonly assignment: Assignment;
  /** The log is another one, and nothing of the former is of use any more. */
  readonly onOtherLog: () => void;
  /** Reading of a partition begins at this offset. */
  readonly onPlace: (partition: number, offset: number) => void;
  readonly onTrouble: (error: JambusError) => void;
}

/** Sees to it that reading begins in the right log, and at its own positions. */
export interface Begins {
  /** The group has met, and given us these. */
  met(partitions: readonly number[], flow: Flow): void;
  /** Resolves when reading may go on. @throws what the client throws, when the brokers cannot be asked */
  beforeFetch(): Promise<void>;
  /** Whether a former owner has finished a record of the partition, beyond what was committed when the group met. */
  finishedIn(partition: number): IsFinished;
  /** Looks whether the topic was made anew. Never rejects. */
  lookAgain(): Promise<void>;
}

interface Given {
  readonly partitions: readonly number[];
  readonly flow: Flow;
}

/**
 * The client goes on at any offset that a topic of the name has, also when the topic was made anew and the offset is one of
 * the former. So each committed position names its log, and one that names another log counts for nothing.
 */
export function createBegins(options: BeginsOptions): Begins {
  const { cluster, topic, group, log, assignment, onOtherLog, onPlace, onTrouble } = options;
  let given: Given | undefined;
  /** What was found out before the last reason to look does not hold. */
  let reasons = 0;
  let looked = 0;
  let underWay: Promise<void> | undefined;
  const finished = new Map<number, IsFinished>();
  const coordinator = () => cluster.findGroupCoordinator({ groupId: group });

  const look = async ({ partitions, flow }: Given): Promise<void> => {
    const reason = reasons;
    const broker = await coordinator();
    const [id, committed] = await Promise.all([
      topicIdBy(broker, topic),
      committedIn(broker, group, topic, partitions),
    ]);
    if (reason !== reasons) return;
    const isOther = log.is(id);
    if (isOther) {
      onTrouble(
        new JambusError('bus_unavailable', `topic ${topic} was made anew; reading begins again in the new one`),
      );
      // All of it was work on the former log.
      assignment.lose();
      onOtherLog();
      assignment.assign(partitions, flow);
    }
    for (const partition of partitions) {
      const position = committed.get(partition);
      const isOurs = position?.log === log.name;
      if (isOther) flow.seek(partition, isOurs ? (position?.offset ?? 0) : 0);
      else if (position?.log !== undefined && !isOurs) flow.seek(partition, 0);
      else if (position !== undefined) onPlace(partition, position.offset);
      if (isOurs && position !== undefined) finished.set(partition, position.isFinished);
      else finished.delete(partition);
    }
    looked = reason;
  };
  const lookUntilItHolds = async (): Promise<void> => {
    while (given !== undefined && looked !== reasons) await look(given);
  };

  return {
    met: (partitions, flow) => {
      given = { partitions, flow };
      reasons++;
    },
    beforeFetch: async () => {
      if (looked === reasons) return;
      underWay ??= lookUntilItHolds().finally(() => {
        underWay = undefined;
      });
      await underWay;
    },
    finishedIn: (partition) => finished.get(partition) ?? NONE_FINISHED,
    lookAgain: async () => {
      if (log.name === undefined || looked !== reasons) return;
      // Whatever is wrong with the brokers is noticed where records are fetched.
      const id = await coordinator()
        .then((broker) => topicIdBy(broker, topic))
        .catch(() => log.id);
      if (logNameOf(id) !== log.name && looked === reasons) reasons++;
    },
  };
}
