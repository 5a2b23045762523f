import { busNames, CHANNELS, type Channel } from '@jambus/schema';
import type { Cluster } from '../../../src/drivers/kafka/connection/cluster.ts';
import type { Sight } from '../../../src/drivers/kafka/topic-look.ts';
import { seeToTopics } from '../../../src/drivers/kafka/topics.ts';

const names = busNames('test');

/** A cluster whose brokers know of these channels' topics, one look after the other; it creates what it is told to. */
function clusterThatKnows(looks: readonly (readonly Channel[])[]) {
  const created: string[] = [];
  const remaining = [...looks];
  const admin = {
    connect: async () => {},
    createTopics: async ({ topics }: { topics: readonly { topic: string }[] }) => {
      created.push(...topics.map(({ topic }) => topic));
      return true;
    },
  };
  const cluster = {
    newClient: () => ({ kafka: { admin: () => admin }, lastRefusal: () => undefined, end: () => {} }),
  } as unknown as Cluster;
  const sights = (): Sight[] => {
    const known = remaining.shift() ?? CHANNELS;
    return CHANNELS.map((channel) => {
      if (!known.includes(channel)) return { kind: 'missing', channel };
      const topic = names[channel];
      const facts = { topic, channel, partitions: 1, brokers: 3, replication: 3, inSync: 3, settings: undefined };
      return { kind: 'there', facts } as unknown as Sight;
    });
  };
  const connection = { ask: async () => sights(), end: () => {} };
  const see = () =>
    seeToTopics({
      cluster,
      connection: connection as never,
      brokers: ['kafka:9092'],
      names,
      settings: { create: true } as never,
    });
  return { created, see };
}

test('a topic that one broker has created and another has not heard of is waited for, and not said to be missing', async () => {
  const { created, see } = clusterThatKnows([[], ['commands', 'events', 'results'], CHANNELS]);
  await expect(see()).rejects.toMatchObject({
    code: 'bus_unavailable',
    retryable: true,
    message: expect.stringContaining(names.deadletters),
  });
  expect(created).toEqual(CHANNELS.map((channel) => names[channel]));
  expect((await see()).faults).toEqual([]);
});
