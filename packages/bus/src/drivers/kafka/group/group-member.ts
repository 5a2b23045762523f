import { JambusError } from '@jambus/schema';
import type { Batch, Cluster as ClientCluster, Consumer, EachBatchPayload } from 'kafkajs';
import { EQUAL_STANDING, type Standing } from '../../../port/index.ts';
import { pause } from '../../../waiting/pause.ts';
import { whenAborted } from '../../../waiting/when-aborted.ts';
import { CLIENT_RETRIES, type Cluster, type KafkaClient } from '../connection/cluster.ts';
import { explained, fromKafka } from '../connection/errors.ts';
import { API } from '../connection/exchange.ts';
import { readingNeeds } from '../connection/rights.ts';
import { tapClient } from '../connection/tap-client.ts';
import type { Assignment, Flow } from './assignment.ts';
import { createBegins } from './begins.ts';
import { trackFetches } from './fetches.ts';
import type { FormerMember } from './former-member.ts';
import { lostRecords, noteLostRecords } from './lost-records.ts';
import type { Membership } from './membership.ts';
import { type OffsetCommits, offsetCommits, positionIn } from './offset-commits.ts';
import { createOrigins } from './origins.ts';
import { askingForMeeting, type RankWatch, watchRank } from './rank-watch.ts';
import { stickyAssigner } from './sticky-assigner.ts';
import { logNameOf, type TopicLog } from './topic-log.ts';

export interface GroupMemberOptions {
  readonly cluster: Cluster;
  readonly group: string;
  readonly topic: string;
  /** Name of how the partitions are shared. The group refuses whoever comes with another one than those in it. */
  readonly protocol: string;
  /** How long a member that has died keeps its partitions, ms. */
  readonly sessionMs: number;
  readonly assignment: Assignment;
  readonly membership: Membership;
  readonly former: FormerMember;
  readonly log: TopicLog;
  /** Left out: all members are equal. */
  readonly standing?: Standing;
  /** Records are gone that this group has not read, for people. */
  readonly onLost?: (detail: string) => void;
  readonly onTrouble: (error: JambusError) => void;
}

/** The least that brokers take unless told otherwise (`group.min.session.timeout.ms`). */
export const DEFAULT_KAFKA_SESSION_MS = 6_000;
/** How long the group waits for a member that has to come to a meeting, ms. Ours come with their next heartbeat. */
export const REBALANCE_MS = 10_000;

/** Everything waits while the group meets, which it does when each has had a heartbeat. A dead one is waited for. */
const HEARTBEAT_MS = 200;
/** Heartbeats and partitions that are resumed wait for a fetch that waits for records, ms. */
const FETCH_WAIT_MS = 100;
/** What is taken at once is started without a pause for anything else, bytes. */
const FETCH_BYTES = 1024 * 1024;
const FETCH_PARTITION_BYTES = 256 * 1024;
/** How soon partitions that somebody adds are noticed, ms: commands wait there, and live for 30 s unless told otherwise. */
const METADATA_AGE_MS = 3_000;
const TICK_MS = 200;
const LEAVE_MS = 2_000;
/** How often a topic that nothing is fetched of is looked at, as it may have been made anew, ms. */
const LOOK_AGAIN_MS = 1_000;
/** What comes while the group meets is asked for again so much later, ms. */
const MEETING_PAUSE_MS = 20;

/**
 * Works as a member of the group until it is told to stop: then what runs is waited for, what is finished is committed, and
 * the group is told at once.
 *
 * A client is used for one membership only: what it would recover from by a new one, and what would end it without a word,
 * both end here, and whoever called makes a new member.
 *
 * @returns why it ended; undefined when it was told to
 */
export async function serveGroup(options: GroupMemberOptions, stop: AbortSignal): Promise<JambusError | undefined> {
  const { assignment, membership, log, topic, group, onTrouble } = options;
  const client = options.cluster.newClient((partition) => lost.noticed(partition));
  const rank = watchRank(options.standing ?? EQUAL_STANDING);
  const needs = readingNeeds(topic, group);
  const { consumer, cluster } = consumerOf(client, options, rank);
  const over = new AbortController();
  let wasIn = false;
  let failure: JambusError | undefined;
  const fail = (error: unknown): void => {
    const doing = `reading ${topic} in group ${group}`;
    failure ??= explained(fromKafka(error, doing, needs), client.lastRefusal(), needs);
    over.abort();
  };

  const commits = offsetCommits(topic, assignment, () => membership.held, onTrouble, needs);
  const fetches = trackFetches();
  const origins = createOrigins();
  const lost = noteLostRecords({
    cluster,
    topic,
    onLost: options.onLost ?? ((detail) => onTrouble(lostRecords(detail))),
  });
  const { onPlace } = lost;
  const onOtherLog = () => {
    origins.met();
    lost.forget();
  };
  const begins = createBegins({ cluster, topic, group, log, assignment, onOtherLog, onPlace, onTrouble });
  let syncAskedAt = 0;
  tapClient(cluster, {
    beforeFetch: async () => {
      if ((rank.isDue || membership.owesMeeting) && !membership.joining) throw askingForMeeting();
      await begins.beforeFetch();
    },
    get read() {
      return log.id === undefined ? undefined : { topic, id: log.id };
    },
    asksForRecords: () => {
      const fetch = fetches.asked();
      return {
        answered: ({ id, partition, highWatermark }) => {
          if (fetch.isOfNow) origins.fetched(partition, logNameOf(id), highWatermark);
        },
        brought: fetch.brought,
      };
    },
    onAnswered: (apiKey, askedAt) => {
      if (apiKey === API.heartbeat) membership.confirm(askedAt);
      if (apiKey === API.joinGroup) membership.meeting();
      if (apiKey === API.syncGroup) syncAskedAt = askedAt;
    },
    // A coordinator that has just taken over does not let anybody in, and the client goes on as the member it was: it forgets
    // the meeting, and commits at the coordinator of before.
    onFailed: (apiKey) => apiKey === API.joinGroup && membership.joiningFailed(),
  });
  const onJoined = (partitions: readonly number[]): void => {
    wasIn = true;
    fetches.met();
    origins.met();
    membership.joined(syncAskedAt);
    const flow = flowOf(consumer, topic, log);
    assignment.assign(partitions, flow);
    begins.met(partitions, flow);
  };
  listen(consumer, { options, commits, onJoined, fail });
  const eachBatch = async ({ batch, resolveOffset, commitOffsetsIfNecessary }: EachBatchPayload): Promise<void> => {
    commits.by(commitOffsetsIfNecessary);
    if (membership.joining) return pause(MEETING_PAUSE_MS, over.signal);
    if (!fetches.areOfNow(recordsOf(batch)) || !membership.held) return;
    const origin = origins.originOf(batch, log.name);
    if (origin === undefined || origin.log !== log.name) return;
    const beginning = { ...origin, isFinished: begins.finishedIn(batch.partition) };
    if (!assignment.take(batch, beginning)) return;
    // Only where to fetch from next; nothing is committed by it.
    resolveOffset(batch.lastOffset());
    lost.onPlace(batch.partition, Number(batch.lastOffset()) + 1);
  };
  const started = start(consumer, topic, eachBatch).catch(fail);
  const lookAgain = setInterval(() => void begins.lookAgain(), LOOK_AGAIN_MS);
  const tick = setInterval(() => {
    if (membership.held) {
      void commits.commit();
    } else if (!membership.fresh) {
      assignment.lose();
      // One that is still on its way in has all the time it needs.
      if (wasIn && !membership.joining)
        fail(new JambusError('bus_unavailable', `group ${group} has not heard of us in time`));
    }
  }, TICK_MS);

  await whenAborted(stop, over.signal);
  if (failure === undefined) {
    await assignment.stop();
    await commits.finish();
    makeNoMoreFetchers(cluster);
    // One that is told to go while it is being let in stays on unseen, so that is waited for.
    const left = started.then(() => consumer.disconnect()).catch(() => {});
    await Promise.race([left.finally(() => over.abort()), pause(LEAVE_MS, over.signal)]);
  }
  makeNoMoreFetchers(cluster);
  clearInterval(tick);
  clearInterval(lookAgain);
  lost.end();
  rank.end();
  client.end();
  // Without connections it gives up by itself; nobody waits for that.
  consumer.disconnect().catch(() => {});
  return failure;
}

interface ConsumerOfCluster {
  readonly consumer: Consumer;
  /** The client's own view of the cluster, which it shows to those who share out partitions only. */
  readonly cluster: ClientCluster;
}

function consumerOf(
  { kafka }: KafkaClient,
  { cluster: way, group, protocol, sessionMs, assignment, membership, former }: GroupMemberOptions,
  rank: RankWatch,
): ConsumerOfCluster {
  let cluster: ClientCluster | undefined;
  const assigner = stickyAssigner({
    name: protocol,
    owned: () => assignment.partitions,
    rank: rank.tell,
    onJoining: () => {
      membership.startJoining();
      former.leave(way, group);
    },
  });
  const consumer = kafka.consumer({
    groupId: group,
    partitionAssigners: [
      (config) => {
        cluster = config.cluster;
        return assigner(config);
      },
    ],
    sessionTimeout: sessionMs,
    rebalanceTimeout: REBALANCE_MS,
    heartbeatInterval: Math.min(HEARTBEAT_MS, sessionMs / 3),
    maxWaitTimeInMs: FETCH_WAIT_MS,
    maxBytes: FETCH_BYTES,
    maxBytesPerPartition: FETCH_PARTITION_BYTES,
    metadataMaxAge: METADATA_AGE_MS,
    allowAutoTopicCreation: false,
    retry: { ...CLIENT_RETRIES, restartOnFailure: async () => false },
  });
  if (cluster === undefined) throw new TypeError('this version of kafkajs makes its assigners later');
  return { consumer, cluster };
}

async function start(
  consumer: Consumer,
  topic: string,
  eachBatch: (payload: EachBatchPayload) => Promise<void>,
): Promise<void> {
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch });
}

interface Listening {
  readonly options: GroupMemberOptions;
  readonly commits: OffsetCommits;
  readonly onJoined: (partitions: readonly number[]) => void;
  readonly fail: (error: unknown) => void;
}

function listen(consumer: Consumer, { options, commits, onJoined, fail }: Listening): void {
  const { topic, assignment, former } = options;
  const { events } = consumer;
  // The last moment to commit in this generation; the client asks to be let into the next one right after it.
  consumer.on(events.REBALANCING, () => void commits.commit());
  consumer.on(events.GROUP_JOIN, ({ payload }) => {
    former.joined(payload.memberId);
    onJoined(payload.memberAssignment[topic] ?? []);
  });
  // What is not for readers (the end of a transaction) passes us by, and would be a lag for ever.
  consumer.on(events.END_BATCH_PROCESS, ({ payload: { batchSize, partition, lastOffset } }) => {
    if (batchSize === 0) assignment.passed(partition, Number(lastOffset));
  });
  consumer.on(events.CRASH, ({ payload }) => fail(payload.error));
}

/** What the answer of the broker had of the partition. The client's types do not know that a batch keeps it as it came. */
function recordsOf(batch: Batch): object {
  return (batch as Batch & { readonly rawMessages: object }).rawMessages;
}

function flowOf(consumer: Consumer, topic: string, log: TopicLog): Flow {
  const tell = (order: () => void): void => {
    try {
      order();
    } catch {
      // It has ended, which we are about to hear, and reads nothing any more.
    }
  };
  return {
    pause: (partitions) => tell(() => consumer.pause([{ topic, partitions: [...partitions] }])),
    resume: (partitions) => tell(() => consumer.resume([{ topic, partitions: [...partitions] }])),
    seek: (partition, offset) => tell(() => consumer.seek({ topic, partition, offset: String(offset) })),
    commitBegins: (begins) =>
      consumer.commitOffsets([...begins].map(([at, offset]) => ({ topic, ...positionIn(log.name, at, offset, '') }))),
  };
}

/**
 * A client that is stopped in the moment in which it makes fetchers for other brokers makes them all the same. They fetch nothing, in a
 * loop that never waits, and nothing else runs in the process any more. Without brokers it makes none. (kafkajs 2.2.4,
 * consumer/fetchManager.js; patched in this repository.)
 */
function makeNoMoreFetchers(cluster: ClientCluster): void {
  Reflect.set(cluster, 'getNodeIds', () => []);
}
