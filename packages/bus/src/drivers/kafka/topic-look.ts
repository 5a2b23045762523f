import { type BusNames, CHANNELS, type Channel } from '@jambus/schema';
import type { Broker } from 'kafkajs';
import { type DescribedConfigs, describeTopicConfigs } from './connection/describe-topic-configs.ts';
import { describeTopics } from './connection/describe-topics.ts';
import { ERROR } from './connection/exchange.ts';
import { factsOf, SETTING_NAMES, settingsIn, type TopicFacts, type TopicSettings } from './topic-settings.ts';

/** What a look at a topic finds. */
export type Sight =
  | { readonly kind: 'there'; readonly facts: TopicFacts }
  | { readonly kind: 'missing'; readonly channel: Channel }
  /** Nobody tells us whether it is there. */
  | { readonly kind: 'forbidden'; readonly channel: Channel };

/**
 * Looks at the topics of all channels, in their order: with one question for the topics and one for their settings.
 *
 * @throws what the client throws, when the cluster cannot tell now
 */
export async function lookAtTopics(broker: Broker, names: BusNames): Promise<readonly Sight[]> {
  const { brokers, topics } = await describeTopics(
    broker,
    CHANNELS.map((channel) => names[channel]),
  );
  const found = new Map(topics.map((topic) => [topic.name, topic]));
  const there = topics.filter(({ errorCode }) => errorCode === 0).map(({ name }) => name);
  const configs = new Map(
    (await describeTopicConfigs(broker, there, SETTING_NAMES)).map((described) => [described.topic, described]),
  );
  return CHANNELS.map((channel): Sight => {
    const name = names[channel];
    const topic = found.get(name);
    if (topic?.errorCode === ERROR.unknownTopic) return { kind: 'missing', channel };
    if (topic?.errorCode === ERROR.topicAuthorization) return { kind: 'forbidden', channel };
    if (topic === undefined || topic.errorCode !== 0 || topic.partitions.length === 0) throw notNow(name, topic);
    const settings = settingsOf(name, configs.get(name));
    return { kind: 'there', facts: factsOf(channel, topic, settings, brokers) };
  });
}

/** Undefined when we may not see them. */
function settingsOf(name: string, described: DescribedConfigs | undefined): TopicSettings | undefined {
  if (described?.errorCode === 0) return settingsIn(described.values);
  if (described?.errorCode === ERROR.topicAuthorization) return undefined;
  throw notNow(name, described);
}

function notNow(name: string, found: { readonly errorCode: number } | undefined): Error {
  return new Error(`topic ${name} cannot be looked at now (error ${found?.errorCode ?? 'unknown'})`);
}
