import { type BusNames, CHANNELS, type Channel, JambusError } from '@jambus/schema';
import { withAdmin } from './connection/admin.ts';
import type { Cluster } from './connection/cluster.ts';
import { fromKafka } from './connection/errors.ts';
import type { KeptConnection } from './connection/kept-connection.ts';
import type { Needs, Operation } from './connection/rights.ts';
import { DEFAULT_KAFKA_PARTITIONS, type KafkaTopicSettings } from './options.ts';
import { lookAtTopics, type Sight } from './topic-look.ts';
import { type Flaw, faultsOf, type Remedies, risksOf } from './topic-settings.ts';

export interface TopicsOptions {
  readonly cluster: Cluster;
  /** For looking at them. */
  readonly connection: KeptConnection;
  readonly brokers: readonly string[];
  readonly names: BusNames;
  readonly settings: KafkaTopicSettings;
}

/** What the topics are like. */
export interface Topics {
  /** Most bytes of a batch, by the names of topics; those that nobody tells are left out. */
  readonly maxBytes: ReadonlyMap<string, number>;
  /** What breaks a promise: what it has, what it has to have, and the command that sees to it. */
  readonly faults: readonly Fault[];
  /** What can be used and does not hold what jambus promises. */
  readonly risks: readonly Flaw[];
}

export interface Fault extends Flaw {
  readonly error: JambusError;
}

/** What is done with each topic. Events and results are read, too: they are the past of calls that nobody remembers. */
const RIGHTS: Readonly<Record<Channel, readonly Operation[]>> = {
  commands: ['Read'],
  events: ['Read', 'Write'],
  results: ['Read', 'Write'],
  deadletters: ['Write'],
};

/** How long the cluster may take to create topics and to give them leaders, ms. */
const CREATE_WITHIN_MS = 10_000;

/**
 * Creates the topics that are missing, if that is allowed, and looks at all.
 *
 * @throws JambusError as `fromKafka`
 */
export async function seeToTopics(options: TopicsOptions): Promise<Topics> {
  const sights = await look(options);
  const missing = CHANNELS.filter((_, index) => sights[index]?.kind === 'missing');
  if (missing.length === 0 || !options.settings.create) return topicsOf(sights, options);
  const faults = await create(missing, options);
  if (faults.length === 0) return topicsOf(await lookAgain(options), options);
  const topics = topicsOf(sights, options);
  const refused = new Set(faults.map(({ about }) => about));
  return { ...topics, faults: [...topics.faults.filter(({ about }) => !refused.has(about)), ...faults] };
}

/**
 * @throws JambusError `bad_config` or `bus_refused` with a line for each fault, unless there is none or all may mend
 *   themselves
 */
export function refuse(faults: readonly Fault[]): void {
  const lasting = faults.filter(({ passes }) => passes !== true).map(({ error }) => error);
  if (lasting.length === 0) return;
  const code = lasting.some((error) => error.code === 'bus_refused') ? 'bus_refused' : 'bad_config';
  throw new JambusError(code, lasting.map(({ message }) => message).join('\n'), { cause: lasting[0] });
}

/**
 * What was made with the settings of the cluster may be as risky as what was there.
 *
 * @throws JambusError `bus_unavailable` while the broker that is asked has not heard of a topic that another one has made
 */
async function lookAgain(options: TopicsOptions): Promise<readonly Sight[]> {
  const sights = await look(options);
  const unheard = CHANNELS.filter((_, index) => sights[index]?.kind === 'missing');
  if (unheard.length === 0) return sights;
  const topics = unheard.map((channel) => options.names[channel]).join(', ');
  throw new JambusError('bus_unavailable', `not every broker has heard yet of what was created: ${topics}`);
}

function look({ connection, names }: TopicsOptions): Promise<readonly Sight[]> {
  return connection.ask('looking at the topics', (broker) => lookAtTopics(broker, names));
}

function topicsOf(sights: readonly Sight[], options: TopicsOptions): Topics {
  const maxBytes = new Map<string, number>();
  const faults: Fault[] = [];
  const risks: Flaw[] = [];
  const remedies: Remedies = {
    configs: tool('configs', options),
    topics: tool('topics', options),
    acls: allowing(options),
  };
  for (const sight of sights) {
    if (sight.kind === 'missing') faults.push(missingTopic(sight.channel, options));
    else if (sight.kind === 'forbidden') faults.push(noRights(sight.channel, options));
    else {
      const { facts } = sight;
      const flaws = faultsOf(facts, options.settings.partitions ?? 1, remedies);
      faults.push(...flaws.map((flaw) => ({ ...flaw, error: new JambusError('bad_config', flaw.detail) })));
      risks.push(...risksOf(facts, remedies));
      const most = facts.settings?.maxMessageBytes;
      if (most !== undefined) maxBytes.set(facts.topic, most);
    }
  }
  return { maxBytes, faults, risks };
}

async function create(missing: readonly Channel[], options: TopicsOptions): Promise<Fault[]> {
  return withAdmin(options.cluster, 'creating topics', async (admin) => {
    const faults: Fault[] = [];
    for (const channel of missing) {
      try {
        const wanted = newTopic(channel, options);
        await admin.createTopics({ topics: [wanted], waitForLeaders: true, timeout: CREATE_WITHIN_MS });
      } catch (error) {
        const topic = options.names[channel];
        const needs: Needs = { topic: { operation: 'Create', names: [topic] } };
        const refusal = fromKafka(error, `topic ${topic} cannot be created`, needs);
        if (refusal.retryable) throw refusal;
        const { about, detail } = missingTopic(channel, options);
        faults.push(faultOf(about, new JambusError(refusal.code, `${refusal.message}; ${detail}`, { cause: error })));
      }
    }
    return faults;
  });
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

function missingTopic(channel: Channel, options: TopicsOptions): Fault {
  const topic = options.names[channel];
  const partitions = newPartitions(channel, options.settings);
  const command = `${tool('topics', options)} --create --topic ${topic} --partitions ${partitions}`;
  return faultOf(`topic ${topic}`, new JambusError('bad_config', `topic ${topic} is missing: ${command}`));
}

function noRights(channel: Channel, options: TopicsOptions): Fault {
  const topic = options.names[channel];
  const operations = RIGHTS[channel].map((operation) => `--operation ${operation}`).join(' ');
  const message = `no rights for topic ${topic}: ${allowing(options)} ${operations} --topic ${topic}`;
  return faultOf(`topic ${topic}: rights`, new JambusError('bus_refused', message));
}

function faultOf(about: string, error: JambusError): Fault {
  return { about, detail: error.message, error };
}

function allowing(options: TopicsOptions): string {
  return `${tool('acls', options)} --add --allow-principal User:…`;
}

function tool(name: 'topics' | 'configs' | 'acls', { brokers }: TopicsOptions): string {
  return `kafka-${name}.sh --bootstrap-server ${brokers.join(',')}`;
}
