import { type Bus, type BusTrouble, connectKafkaBus, type KafkaTopicSettings } from '@jambus/bus';
import { busNames } from '@jambus/schema';
import kafkajs, { type Admin, type Producer } from 'kafkajs';
import { describeWithKafka, type KafkaBroker, type KafkaCluster, startKafkaCluster } from '../brokers/kafka/index.ts';
import { describeBus } from './describe-bus.ts';
import { eventOf, eventually, handleOn, LONG_MS, refusalOf } from './driver-support.ts';
import { kafkaHarness, SESSION_MS, SHORT_SESSIONS } from './kafka-harness.ts';
import { numbers, textOf } from './scene.ts';

const START_MS = 180_000;

/* Three brokers, of which two have what is confirmed: what people run who mean to lose nothing. */
await describeWithKafka('a cluster of Kafka', { version: 'newest' }, ({ ours }) => {
  if (!ours) return test.skip('is started here, and the broker that was named is another', () => {});
  let cluster: KafkaCluster;
  let admin: Admin;
  let producer: Producer;
  let cases = 0;
  const ending: (() => Promise<unknown>)[] = [];
  const troubles: BusTrouble[] = [];
  const killed: KafkaBroker[] = [];
  const names = () => busNames(`cluster-${cases}`);
  const kill = async (broker: KafkaBroker): Promise<void> => {
    killed.push(broker);
    await broker.kill();
  };

  beforeAll(async () => {
    cluster = await startKafkaCluster({ version: 'newest', properties: SHORT_SESSIONS });
    const kafka = new kafkajs.Kafka({
      brokers: [...cluster.brokers],
      clientId: 'test',
      logLevel: kafkajs.logLevel.NOTHING,
    });
    admin = kafka.admin();
    producer = kafka.producer({ idempotent: true, createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await Promise.all([admin.connect(), producer.connect()]);
  }, START_MS);
  beforeEach(() => {
    cases++;
    troubles.length = 0;
  });
  afterEach(async () => {
    for (const end of ending.splice(0).reverse()) await end();
    // The next test begins with all.
    await Promise.all(killed.splice(0).map((broker) => broker.restart()));
    await cluster.whole();
  }, START_MS);
  afterAll(async () => {
    await Promise.all([admin.disconnect(), producer.disconnect()]);
    await cluster.stop();
  }, LONG_MS);

  const connectBus = async (topics: Partial<KafkaTopicSettings> = { replication: 3 }): Promise<Bus> => {
    const bus = await connectKafkaBus({
      connection: { brokers: cluster.brokers },
      names: names(),
      sessionMs: SESSION_MS,
      onTrouble: (trouble) => troubles.push(trouble),
      topics: { partitions: 1, ...topics },
    });
    ending.push(() => bus.close());
    return bus;
  };
  const leaderOf = async (topic: string): Promise<KafkaBroker> => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return cluster.member(topics[0]?.partitions[0]?.leader ?? 0);
  };
  /** However long there is no leader. */
  const publish = (text: string) =>
    eventually(async () => {
      await producer.send({ topic: names().commands, messages: [{ key: 'call', value: text }] });
    });
  const risks = () => troubles.flatMap((trouble) => (trouble.kind === 'risky_setting' ? [trouble.detail] : []));

  test(
    'loses no command and no event when the leader of their topics is killed under way, and keeps their order',
    async () => {
      const bus = await connectBus();
      const { handled, end } = handleOn(bus);
      ending.push(end);
      expect(risks()).toEqual([]);
      const texts = numbers(60).map((number) => `command ${number}`);
      for (const [index, text] of texts.entries()) {
        if (index === 20) await kill(await leaderOf(names().commands));
        await publish(text);
        await eventually(() => bus.sink.publish([eventOf('call', text)]));
      }
      // What was not committed comes again after that, and what got no answer was sent again.
      await eventually(() => expect([...new Set(handled.map(textOf))]).toEqual(texts));
      expect(await endOf(names().events)).toBeGreaterThanOrEqual(texts.length);
    },
    START_MS,
  );

  test(
    'with one copy of a topic, or with one or all that confirm, or with leaders that lack records, is told of',
    async () => {
      await connectBus({ replication: 1 });
      const [commands] = risks();
      expect(commands).toMatch(/^topic cluster-\d+\.commands has one copy on 3 brokers: .*Give it 3 copies/);
      cases++;
      troubles.length = 0;
      const { events, results, deadletters } = names();
      const topics = [
        { topic: events, setting: ['min.insync.replicas', '1'] },
        { topic: results, setting: ['min.insync.replicas', '3'] },
        { topic: deadletters, setting: ['unclean.leader.election.enable', 'true'] },
      ].map(({ topic, setting: [name = '', value = ''] }) => {
        return { topic, replicationFactor: 3, configEntries: [{ name, value }] };
      });
      await admin.createTopics({ topics });
      await connectBus();
      expect(risks()).toEqual([
        expect.stringMatching(/\.events confirms what one broker has .*min\.insync\.replicas=2$/),
        expect.stringMatching(/\.results confirms only what all its 3 copies have .*min\.insync\.replicas=2$/),
        expect.stringMatching(/\.deadletters may make a leader .*unclean\.leader\.election\.enable=false$/),
      ]);
    },
    START_MS,
  );

  test(
    'is not ready while too few copies are in sync, keeps what is to be published, and is ready again with them',
    async () => {
      const bus = await connectBus();
      const { handled, end } = handleOn(bus);
      ending.push(end);
      await publish('before');
      await eventually(() => expect(handled.map(textOf)).toEqual(['before']));
      await alter(names().events, 'min.insync.replicas', '3');
      const victim = await notLeading(names().events);
      // What is wrong with topics of others is not ours.
      const replicas = [cluster.members.indexOf(victim) + 1];
      const foreign = `foreign-${cases}`;
      await admin.createTopics({ topics: [{ topic: foreign, replicaAssignment: [{ partition: 0, replicas }] }] });
      await kill(victim);
      await eventually(() =>
        expect(bus.faults().join()).toMatch(/2 copies in sync and a leader wants 3.*Start the brokers/),
      );
      expect(bus.healthy()).toBe(false);
      await (await connectBus({ replication: 3 })).close();
      expect(await refusalOf(bus.sink.publish([eventOf('call', 'early')]))).toMatchObject({ retryable: true });
      await publish('meanwhile');
      await eventually(() => expect(handled.map(textOf)).toContain('meanwhile'));
      await Promise.all(killed.splice(0).map((broker) => broker.restart()));
      await eventually(() => expect(bus.faults()).toEqual([]));
      await eventually(() => expect(bus.healthy()).toBe(true));
      await eventually(() => bus.sink.publish([eventOf('call', 'late')]));
      // Each of the two adapters has told it once.
      expect(troubles.filter(({ kind }) => kind === 'unusable_setting')).toHaveLength(2);
    },
    START_MS,
  );

  test(
    'altered under way so that confirmed records may be lost is told of, with what to do, until it is mended',
    async () => {
      const bus = await connectBus();
      expect(risks()).toEqual([]);
      await alter(names().results, 'min.insync.replicas', '1');
      await alter(names().events, 'unclean.leader.election.enable', 'true');
      await eventually(() => expect(risks()).toHaveLength(2));
      expect(risks()).toContainEqual(expect.stringMatching(/results confirms what one broker has .*replicas=2$/));
      expect(risks()).toContainEqual(expect.stringMatching(/events may make a leader .*enable=false$/));
      const topic = names().deadletters;
      const [kept = 1] = (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0]?.partitions[0]?.replicas ?? [];
      const partitionAssignment = [{ partition: 0, replicas: [kept] }];
      await admin.alterPartitionReassignments({ topics: [{ topic, partitionAssignment }] });
      await eventually(() => expect(risks()).toContainEqual(expect.stringMatching(/deadletters has one copy on 3/)));
      expect(bus.healthy()).toBe(true);
      await alter(names().results, 'min.insync.replicas', '2');
      const mended = { kind: 'mended_setting', detail: expect.stringContaining('results') };
      await eventually(() => expect(troubles).toContainEqual(mended));
    },
    START_MS,
  );

  const alter = async (name: string, setting: string, value: string): Promise<void> => {
    const type = kafkajs.ConfigResourceTypes.TOPIC;
    const configEntries = [{ name: setting, value }];
    await admin.alterConfigs({ validateOnly: false, resources: [{ type, name, configEntries }] });
  };
  /** A broker that leads neither this topic nor what the test reads. */
  const notLeading = async (topic: string): Promise<KafkaBroker> => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic, names().commands] });
    const leaders = topics.map(({ partitions }) => partitions[0]?.leader);
    return cluster.member([1, 2, 3].find((id) => !leaders.includes(id)) ?? 0);
  };
  const endOf = async (topic: string): Promise<number> =>
    (await admin.fetchTopicOffsets(topic)).reduce((sum, { high }) => sum + Number(high), 0);

  describeBus('kafka', kafkaHarness({ ports: () => cluster.members.map(({ port }) => port) }));
});
