import { type BusNames, CHANNELS, type Channel, JambusError } from '@jambus/schema';
import type { Admin } from 'kafkajs';
import { withAdmin } from './connection/admin.ts';
import type { Cluster } from './connection/cluster.ts';
import { fromKafka, typeOf } from './connection/errors.ts';
import { DEFAULT_KAFKA_PARTITIONS, type KafkaTopicSettings } from './options.ts';
import { risksOf, settingsOf } from './topic-settings.ts';

export interface TopicsOptions {
  readonly cluster: Cluster;
  readonly brokers: readonly string[];
  readonly names: BusNames;
  readonly settings: KafkaTopicSettings;
}

/** What the topics are like once all are there. */
export interface Topics {
  /** Most bytes of a batch, by the names of topics; those that nobody tells are left out. */
  readonly maxBytes: ReadonlyMap<string, number>;
  /** What can be used and does not hold what jambus promises, for an operator. */
  readonly risks: readonly string[];
}

/** What a topic is like; undefined when there is none. */
type Found = { readonly partitions: number; readonly replication: number } | undefined;

/** What is found out, while the topics are looked at. */
interface Findings {
  readonly faults: JambusError[];
  readonly risks: string[];
  readonly maxBytes: Map<string, number>;
  readonly brokers: number;
}

/** What is done with each topic. Events and results are read, too: they are the past of calls that nobody remembers. */
const RIGHTS: Readonly<Record<Channel, readonly string[]>> = {
  commands: ['Read'],
  events: ['Read', 'Write'],
  results: ['Read', 'Write'],
  deadletters: ['Write'],
};

/** How long the cluster may take to create topics and to give them leaders, ms. */
const CREATE_WITHIN_MS = 10_000;

/**
 * Creates the topics that are missing, if that is allowed, and looks at those that are there.
 *
 * @throws JambusError `bad_config` or `bus_refused` with a line for each topic that cannot be used: what it has, what it has
 *   to have, and the command that sees to it; as `fromKafka` otherwise
 */
export async function ensureTopics(options: TopicsOptions): Promise<Topics> {
  return withAdmin(options.cluster, 'preparing the topics', async (admin) => {
    const { brokers } = await admin.describeCluster();
    const findings: Findings = { faults: [], risks: [], maxBytes: new Map(), brokers: brokers.length };
    const missing: Channel[] = [];
    for (const channel of CHANNELS) {
      if ((await lookAt(admin, channel, options, findings)) === 'missing') missing.push(channel);
    }
    const { faults } = findings;
    if (options.settings.create) await create(admin, missing, options, faults);
    else faults.push(...missing.map((channel) => missingTopic(channel, options)));
    if (faults.length > 0) throw asOne(faults);
    // What was made with the settings of the cluster may be as risky as what was there.
    for (const channel of missing) await lookAt(admin, channel, options, findings);
    return findings;
  });
}

async function lookAt(
  admin: Admin,
  channel: Channel,
  options: TopicsOptions,
  { faults, risks, maxBytes, brokers }: Findings,
): Promise<'missing' | 'there'> {
  const topic = options.names[channel];
  let found: Found;
  try {
    found = await partitionsOf(admin, topic);
  } catch (error) {
    if (typeOf(error) !== 'TOPIC_AUTHORIZATION_FAILED') throw error;
    faults.push(new JambusError('bus_refused', noRights(channel, options), { cause: error }));
    return 'there';
  }
  if (found === undefined) return 'missing';
  const settings = await settingsOf(admin, topic);
  const fault = faultIn(channel, found, options) ?? compaction(topic, settings.cleanupPolicy, options);
  if (fault !== undefined) faults.push(new JambusError('bad_config', fault));
  if (settings.maxMessageBytes !== undefined) maxBytes.set(topic, settings.maxMessageBytes);
  const facts = { topic, settings, replication: found.replication, brokers, isCommands: channel === 'commands' };
  risks.push(...risksOf(facts, tool('configs', options)));
  return 'there';
}

async function partitionsOf(admin: Admin, topic: string): Promise<Found> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    const partitions = topics[0]?.partitions ?? [];
    return {
      partitions: partitions.length,
      replication: Math.min(...partitions.map(({ replicas }) => replicas.length)),
    };
  } catch (error) {
    if (typeOf(error) === 'UNKNOWN_TOPIC_OR_PARTITION') return undefined;
    throw error;
  }
}

function faultIn(channel: Channel, found: { readonly partitions: number }, options: TopicsOptions): string | undefined {
  const { partitions: wanted = 1 } = options.settings;
  if (channel !== 'commands' || found.partitions >= wanted) return undefined;
  const topic = options.names[channel];
  return (
    `topic ${topic} has ${counted(found.partitions)}, and has to have at least ${wanted}; more move calls to others, so ` +
    `when no commands wait: ${tool('topics', options)} --alter --topic ${topic} --partitions ${wanted}`
  );
}

/** A compacted topic keeps the last message of each call only. */
function compaction(topic: string, policy: string | undefined, options: TopicsOptions): string | undefined {
  if (policy?.includes('compact') !== true) return undefined;
  const change = `--alter --entity-type topics --entity-name ${topic} --add-config cleanup.policy=delete`;
  return (
    `topic ${topic} has cleanup.policy=${policy}, which keeps the last message of a call only, and has to have ` +
    `delete: ${tool('configs', options)} ${change}`
  );
}

async function create(
  admin: Admin,
  missing: readonly Channel[],
  options: TopicsOptions,
  faults: JambusError[],
): Promise<void> {
  for (const channel of missing) {
    try {
      const wanted = newTopic(channel, options);
      await admin.createTopics({ topics: [wanted], waitForLeaders: true, timeout: CREATE_WITHIN_MS });
    } catch (error) {
      const refusal = fromKafka(error, `topic ${options.names[channel]} cannot be created`);
      if (refusal.retryable) throw refusal;
      const message = `${refusal.message}; ${missingTopic(channel, options).message}`;
      faults.push(new JambusError(refusal.code, message, { cause: error }));
    }
  }
}

function newTopic(channel: Channel, { names, settings }: TopicsOptions) {
  return {
    topic: names[channel],
    numPartitions: newPartitions(channel, settings),
    // What -1 stands for is the cluster's setting.
    replicationFactor: settings.replication ?? -1,
    configEntries: [
      ...(channel === 'commands' ? BROKERS_CLOCK : []),
      ...((settings.replication ?? 0) > 2 ? TWO_HAVE_IT : []),
    ],
  };
}

/** A command's life begins when the broker has it, whatever the clocks of publishers say. */
const BROKERS_CLOCK = [{ name: 'message.timestamp.type', value: 'LogAppendTime' }];
/** What is confirmed survives any one broker, and any one broker can be away. */
const TWO_HAVE_IT = [{ name: 'min.insync.replicas', value: '2' }];

function newPartitions(channel: Channel, { partitions = DEFAULT_KAFKA_PARTITIONS }: KafkaTopicSettings): number {
  return channel === 'deadletters' ? 1 : partitions;
}

function missingTopic(channel: Channel, options: TopicsOptions): JambusError {
  const topic = options.names[channel];
  const partitions = newPartitions(channel, options.settings);
  const command = `${tool('topics', options)} --create --topic ${topic} --partitions ${partitions}`;
  return new JambusError('bad_config', `topic ${topic} is missing: ${command}`);
}

function noRights(channel: Channel, options: TopicsOptions): string {
  const topic = options.names[channel];
  const operations = RIGHTS[channel].map((operation) => `--operation ${operation}`).join(' ');
  const command = `${tool('acls', options)} --add --allow-principal User:… ${operations} --topic ${topic}`;
  return `no rights for topic ${topic}: ${command}`;
}

function tool(name: 'topics' | 'configs' | 'acls', { brokers }: TopicsOptions): string {
  return `kafka-${name}.sh --bootstrap-server ${brokers.join(',')}`;
}

function counted(partitions: number): string {
  return partitions === 1 ? '1 partition' : `${partitions} partitions`;
}

function asOne(faults: readonly JambusError[]): JambusError {
  const code = faults.some(({ code }) => code === 'bus_refused') ? 'bus_refused' : 'bad_config';
  return new JambusError(code, faults.map(({ message }) => message).join('\n'), { cause: faults[0] });
}
