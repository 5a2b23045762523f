import type { Channel } from '@jambus/schema';
import type { DescribedTopic } from './connection/describe-topics.ts';

/** What matters of the settings of a topic, as far as the cluster shows it. */
export interface TopicSettings {
  readonly cleanupPolicy: string | undefined;
  /** How long records are kept, ms; -1 for ever. */
  readonly retentionMs: number | undefined;
  /** How much of a partition is kept, bytes; -1 all. */
  readonly retentionBytes: number | undefined;
  /** Most bytes of one batch of records. */
  readonly maxMessageBytes: number | undefined;
  readonly timestampType: string | undefined;
  readonly minInsyncReplicas: number | undefined;
  readonly uncleanElection: boolean | undefined;
}

const NAMES = {
  cleanupPolicy: 'cleanup.policy',
  retentionMs: 'retention.ms',
  retentionBytes: 'retention.bytes',
  maxMessageBytes: 'max.message.bytes',
  timestampType: 'message.timestamp.type',
  minInsyncReplicas: 'min.insync.replicas',
  uncleanElection: 'unclean.leader.election.enable',
} as const;

export const SETTING_NAMES: readonly string[] = Object.values(NAMES);

export function settingsIn(values: ReadonlyMap<string, string | undefined>): TopicSettings {
  const numberOf = (name: string): number | undefined => {
    const value = Number(values.get(name) ?? Number.NaN);
    return Number.isSafeInteger(value) ? value : undefined;
  };
  const unclean = values.get(NAMES.uncleanElection);
  return {
    cleanupPolicy: values.get(NAMES.cleanupPolicy),
    retentionMs: numberOf(NAMES.retentionMs),
    retentionBytes: numberOf(NAMES.retentionBytes),
    maxMessageBytes: numberOf(NAMES.maxMessageBytes),
    timestampType: values.get(NAMES.timestampType),
    minInsyncReplicas: numberOf(NAMES.minInsyncReplicas),
    uncleanElection: unclean === undefined ? undefined : unclean === 'true',
  };
}

/** A topic that is there, and the cluster around it. */
export interface TopicFacts {
  readonly topic: string;
  readonly channel: Channel;
  /** Undefined when the cluster does not let us see them. */
  readonly settings: TopicSettings | undefined;
  readonly partitions: number;
  /** Copies of each partition; the fewest, where they differ. */
  readonly replication: number;
  /** Copies of each partition that have everything; the fewest, and 0 where one has no leader. */
  readonly inSync: number;
  readonly brokers: number;
}

export function factsOf(
  channel: Channel,
  { name: topic, partitions }: DescribedTopic,
  settings: TopicSettings | undefined,
  brokers: number,
): TopicFacts {
  return {
    topic,
    channel,
    settings,
    partitions: partitions.length,
    replication: Math.min(...partitions.map(({ replicas }) => replicas)),
    inSync: Math.min(...partitions.map(({ hasLeader, inSync }) => (hasLeader ? inSync : 0))),
    brokers,
  };
}

/** Something about a topic that is not as it should be. */
export interface Flaw {
  /** What it is about, the same for as long as it lasts. */
  readonly about: string;
  /** What it is, what follows from it and what to do, for an operator. */
  readonly detail: string;
  /** It may mend itself: brokers come back. */
  readonly passes?: true;
}

/** The commands that mend a topic, each up to the topic's name. */
export interface Remedies {
  /** `kafka-configs.sh … ` up to `--alter`. */
  readonly configs: string;
  /** `kafka-topics.sh … ` up to `--alter`. */
  readonly topics: string;
  /** `kafka-acls.sh … ` up to the operations. */
  readonly acls: string;
}

/** So many copies, with two of them confirmed, survive any one broker. */
const ENOUGH_COPIES = 3;
/** So long adapters may be away before commands are deleted unread, ms; as on NATS. */
const SHORTEST_RETENTION_MS = 3_600_000;
/** So much of a partition the past of a call is looked for in; commands have room for as much until they are read. */
const LEAST_RETENTION_BYTES = 64 * 1024 * 1024;
/** Gateways take messages of up to 1 MiB unless told otherwise, and so do brokers, or of 1 MB. */
const LEAST_MESSAGE_BYTES = 1_000_000;

/**
 * What breaks a promise of jambus for certain: an adapter does not start with it, and is not ready while it lasts.
 *
 * @param wantedPartitions the fewest that the commands must have
 */
export function faultsOf(facts: TopicFacts, wantedPartitions: number, remedies: Remedies): Flaw[] {
  const { topic, channel, settings, partitions, replication, inSync } = facts;
  const cleanupPolicy = settings?.cleanupPolicy;
  const faults: Flaw[] = [];
  if (channel === 'commands' && partitions < wantedPartitions) {
    faults.push({
      about: `topic ${topic}: partitions`,
      detail:
        `topic ${topic} has ${counted(partitions)}, and has to have at least ${wantedPartitions}; more move calls to ` +
        `others, so when no commands wait: ${remedies.topics} --alter --topic ${topic} --partitions ${wantedPartitions}`,
    });
  }
  // A compacted topic keeps the last message of each call only.
  if (cleanupPolicy?.includes('compact') === true) {
    faults.push({
      about: `topic ${topic}: ${NAMES.cleanupPolicy}`,
      detail:
        `topic ${topic} has cleanup.policy=${cleanupPolicy}, which keeps the last message of a call only, and has to ` +
        `have delete: ${change(topic, 'cleanup.policy=delete', remedies)}`,
    });
  }
  if (channel === 'commands') faults.push(...retentionFlaws(facts, 'commands are deleted, read or not', remedies));
  // A leader never waits for more copies than there are to be.
  const needed = Math.min(settings?.minInsyncReplicas ?? 1, replication);
  if (inSync < needed) {
    faults.push({
      about: `topic ${topic}: copies in sync`,
      detail:
        `topic ${topic} takes no records: a partition has ${counted(inSync, 'copy', 'copies')} in sync and a leader ` +
        `wants ${needed} (min.insync.replicas); what is published waits. Start the brokers that are away`,
      passes: true,
    });
  }
  return faults;
}

/** What can be used and does not hold what jambus promises. A cluster of one broker has been chosen as it is. */
export function risksOf(facts: TopicFacts, remedies: Remedies): Flaw[] {
  const { topic, channel, settings, replication, brokers } = facts;
  const risks: Flaw[] = [];
  const risk = (about: string, detail: string) => risks.push({ about: `topic ${topic}: ${about}`, detail });
  if (brokers > 1 && replication === 1) {
    risk(
      'copies',
      `topic ${topic} has one copy on ${brokers} brokers: what its broker has is away or lost with it. Give it ` +
        `${Math.min(ENOUGH_COPIES, brokers)} copies (kafka-reassign-partitions.sh)`,
    );
  }
  if (settings === undefined) {
    risk(
      'the right DescribeConfigs',
      `the settings of topic ${topic} cannot be looked at, so nobody is warned of those that lose messages: ` +
        `${remedies.acls} --operation DescribeConfigs --topic ${topic}`,
    );
    return risks;
  }
  if (replication > 1 && settings.minInsyncReplicas === 1) {
    risk(
      NAMES.minInsyncReplicas,
      `topic ${topic} confirms what one broker has (min.insync.replicas=1), which is lost when that one dies: ` +
        change(topic, 'min.insync.replicas=2', remedies),
    );
  }
  if (replication > 1 && (settings.minInsyncReplicas ?? 0) >= replication) {
    const remedy =
      replication < ENOUGH_COPIES
        ? `give it ${ENOUGH_COPIES} copies, each on a broker of its own (kafka-reassign-partitions.sh)`
        : change(topic, 'min.insync.replicas=2', remedies);
    risk(
      NAMES.minInsyncReplicas,
      `topic ${topic} confirms only what all its ${replication} copies have (min.insync.replicas=` +
        `${settings.minInsyncReplicas}), and so nothing while one broker is away: ${remedy}`,
    );
  }
  if (replication > 1 && settings.uncleanElection === true) {
    risk(
      NAMES.uncleanElection,
      `topic ${topic} may make a leader of a broker that lacks confirmed records, which are lost then: ` +
        change(topic, 'unclean.leader.election.enable=false', remedies),
    );
  }
  if (channel === 'commands' && settings.timestampType === 'CreateTime') {
    risk(
      NAMES.timestampType,
      `the life of a command in topic ${topic} begins when the clock of its publisher says (CreateTime): one that is ` +
        `behind has its commands refused as expired: ${change(topic, 'message.timestamp.type=LogAppendTime', remedies)}`,
    );
  }
  if (channel !== 'commands' && (settings.maxMessageBytes ?? LEAST_MESSAGE_BYTES) < LEAST_MESSAGE_BYTES) {
    risk(
      NAMES.maxMessageBytes,
      `topic ${topic} takes no more than ${settings.maxMessageBytes} bytes at once (max.message.bytes), and what is ` +
        `larger is lost: ${change(topic, 'max.message.bytes=1048588', remedies)}`,
    );
  }
  if (channel === 'events' || channel === 'results') {
    risks.push(...retentionFlaws(facts, 'a longer call is begun anew after a restart of everything', remedies));
  }
  return risks;
}

function retentionFlaws({ topic, settings }: TopicFacts, consequence: string, remedies: Remedies): Flaw[] {
  const { retentionMs = -1, retentionBytes = -1 } = settings ?? {};
  const flaws: Flaw[] = [];
  const limits = [
    { name: NAMES.retentionMs, kept: retentionMs, unit: 'ms', least: SHORTEST_RETENTION_MS },
    { name: NAMES.retentionBytes, kept: retentionBytes, unit: 'bytes of a partition', least: LEAST_RETENTION_BYTES },
  ];
  for (const { name, kept, unit, least } of limits) {
    if (kept < 0 || kept >= least) continue;
    flaws.push({
      about: `topic ${topic}: ${name}`,
      detail:
        `topic ${topic} keeps ${kept} ${unit} (${name}), after which ${consequence}, and has to keep at least ${least}: ` +
        change(topic, `${name}=${least}`, remedies),
    });
  }
  return flaws;
}

function change(topic: string, config: string, { configs }: Remedies): string {
  return `${configs} --alter --entity-type topics --entity-name ${topic} --add-config ${config}`;
}

function counted(count: number, one = 'partition', more = 'partitions'): string {
  return `${count} ${count === 1 ? one : more}`;
}
