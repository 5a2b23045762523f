import kafkajs, { type Admin } from 'kafkajs';
import { fromKafka } from './connection/errors.ts';

/** What matters of a topic, as far as the cluster shows it. */
export interface TopicSettings {
  readonly cleanupPolicy: string | undefined;
  /** Most bytes of one batch of records. */
  readonly maxMessageBytes: number | undefined;
  readonly timestampType: string | undefined;
  readonly minInsyncReplicas: number | undefined;
  readonly uncleanElection: boolean | undefined;
}

const NAMES = {
  cleanupPolicy: 'cleanup.policy',
  maxMessageBytes: 'max.message.bytes',
  timestampType: 'message.timestamp.type',
  minInsyncReplicas: 'min.insync.replicas',
  uncleanElection: 'unclean.leader.election.enable',
} as const;

/** Who may not look at the settings is not told. @throws JambusError as `fromKafka`, when another attempt may help */
export async function settingsOf(admin: Admin, topic: string): Promise<TopicSettings> {
  const resource = { type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames: Object.values(NAMES) };
  const described = await admin.describeConfigs({ includeSynonyms: false, resources: [resource] }).catch((error) => {
    const refusal = fromKafka(error, `looking at the settings of topic ${topic}`);
    if (refusal.retryable) throw refusal;
    return undefined;
  });
  const textOf = (name: string): string | undefined =>
    described?.resources[0]?.configEntries.find(({ configName }) => configName === name)?.configValue;
  const numberOf = (name: string): number | undefined => {
    const value = Number(textOf(name) ?? Number.NaN);
    return Number.isSafeInteger(value) ? value : undefined;
  };
  const unclean = textOf(NAMES.uncleanElection);
  return {
    cleanupPolicy: textOf(NAMES.cleanupPolicy),
    maxMessageBytes: numberOf(NAMES.maxMessageBytes),
    timestampType: textOf(NAMES.timestampType),
    minInsyncReplicas: numberOf(NAMES.minInsyncReplicas),
    uncleanElection: unclean === undefined ? undefined : unclean === 'true',
  };
}

/** A topic that is there, and the cluster around it. */
export interface TopicFacts {
  readonly topic: string;
  readonly settings: TopicSettings;
  /** Copies of each partition; the fewest, where they differ. */
  readonly replication: number;
  readonly brokers: number;
  readonly isCommands: boolean;
}

/** So many copies, with two of them confirmed, survive any one broker. */
const ENOUGH_COPIES = 3;

/**
 * What can be used and does not hold what jambus promises: each with what follows from it and what to do, for an operator.
 * A cluster of one broker has been chosen as it is.
 *
 * @param configTool the command that alters settings of topics, up to `--alter`
 */
export function risksOf(facts: TopicFacts, configTool: string): string[] {
  const { topic, settings, replication, brokers, isCommands } = facts;
  const risks: string[] = [];
  const change = (config: string): string =>
    `${configTool} --alter --entity-type topics --entity-name ${topic} --add-config ${config}`;
  if (brokers > 1 && replication === 1) {
    risks.push(
      `topic ${topic} has one copy on ${brokers} brokers: what its broker has is away or lost with it. Give it ` +
        `${Math.min(ENOUGH_COPIES, brokers)} copies (kafka-reassign-partitions.sh)`,
    );
  }
  if (replication > 1 && settings.minInsyncReplicas === 1) {
    risks.push(
      `topic ${topic} confirms what one broker has (min.insync.replicas=1), which is lost when that one dies: ` +
        change('min.insync.replicas=2'),
    );
  }
  if (replication > 1 && (settings.minInsyncReplicas ?? 0) >= replication) {
    const remedy =
      replication < ENOUGH_COPIES
        ? `give it ${ENOUGH_COPIES} copies, each on a broker of its own (kafka-reassign-partitions.sh)`
        : change('min.insync.replicas=2');
    risks.push(
      `topic ${topic} confirms only what all its ${replication} copies have (min.insync.replicas=` +
        `${settings.minInsyncReplicas}), and so nothing while one broker is away: ${remedy}`,
    );
  }
  if (replication > 1 && settings.uncleanElection === true) {
    risks.push(
      `topic ${topic} may make a leader of a broker that lacks confirmed records, which are lost then: ` +
        change('unclean.leader.election.enable=false'),
    );
  }
  if (isCommands && settings.timestampType === 'CreateTime') {
    risks.push(
      `the life of a command in topic ${topic} begins when the clock of its publisher says (CreateTime): one that is ` +
        `behind has its commands refused as expired: ${change('message.timestamp.type=LogAppendTime')}`,
    );
  }
  return risks;
}
