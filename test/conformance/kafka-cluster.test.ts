import { type Bus, type BusTrouble, connectKafkaBus, type KafkaTopicSettings } from '@jambus/bus';
import { busNames } from '@jambus/schema';
import kafkajs, { type Admin, type Producer } from 'kafkajs';
import { describeWithKafka, type KafkaBroker, type KafkaCluster, startKafkaCluster } from '../brokers/kafka/index.ts';
import { describeBus } from './describe-bus.ts';
import { eventOf, eventually, handleOn, LONG_MS } from './driver-support.ts';
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

  const endOf = async (topic: string): Promise<number> =>
    (await admin.fetchTopicOffsets(topic)).reduce((sum, { high }) => sum + Number(high), 0);

  describeBus('kafka', kafkaHarness({ ports: () => cluster.members.map(({ port }) => port) }));
});
