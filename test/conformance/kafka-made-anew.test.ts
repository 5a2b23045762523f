import { setTimeout as sleep } from 'node:timers/promises';
import { type CommandRecord, DEFAULT_LANES_SETTINGS } from '@jambus/bus';
import { placeOf } from '@jambus/schema';
import { describeWithKafka, type KafkaBroker } from '../brokers/kafka/index.ts';
import { eventually, LONG_MS } from './driver-support.ts';
import { plainClient, SHORT_SESSIONS, through } from './kafka-harness.ts';
import { type KafkaScene, openKafkaScene } from './kafka-scene.ts';
import { DONE, leftBehind, numbers, textOf } from './scene.ts';

const TOPICS = { partitions: 1 };
const WITHOUT_COMMITS_MS = 400;

/** The commands' topic is deleted and made anew, while adapters work on it: its offsets name other records then. */
for (const version of ['newest', '3'] as const) {
  await describeWithKafka(`a topic made anew on Kafka ${version}`, { version }, (kafka) => {
    let broker: KafkaBroker;
    let scene: KafkaScene;
    let cases = 0;

    beforeAll(async () => {
      broker = await kafka.start({ properties: SHORT_SESSIONS });
    }, LONG_MS);

    beforeEach(async () => {
      scene = await openKafkaScene(broker.port, `anew-${++cases}`);
    }, LONG_MS);

    afterEach(() => scene.close(), LONG_MS);

    afterAll(() => broker.stop());

    const makeAnew = async (): Promise<void> => {
      const { admin, names } = scene;
      await admin.deleteTopics({ topics: [names.commands] });
      await eventually(() => scene.makeTopic('commands', {}));
    };

    const sendAll = async (prefix: string, count: number): Promise<string[]> => {
      const texts = numbers(count).map((number) => `${prefix} ${number}`);
      await eventually(() => scene.send('call', texts[0] ?? ''));
      for (const text of texts.slice(1)) await scene.send('call', text);
      return texts;
    };

    test(
      'ends the work on the former one, although nothing is fetched meanwhile, and all of the new one is handled',
      async () => {
        const limits = { ...DEFAULT_LANES_SETTINGS.limits, maxUnfinished: 2 };
        const lanes = { ...DEFAULT_LANES_SETTINGS, limits };
        let ended = false;
        const { handled } = scene.handle(await scene.connect({ topics: TOPICS, lanes }), async (record, signal) => {
          if (!textOf(record).startsWith('old')) return DONE;
          const outcome = await leftBehind(signal);
          ended = true;
          return outcome;
        });
        await sendAll('old', 6);
        await eventually(() => expect(handled.map(textOf)).toEqual(['old 0']));
        await makeAnew();
        const texts = await sendAll('new', 10);
        await eventually(() => expect(handled.slice(1).map(textOf)).toEqual(texts));
        expect(ended).toBe(true);
        expectOwnLogs(handled);
        await eventually(async () => expect(await scene.committed()).toEqual([10]));
      },
      LONG_MS,
    );

    test(
      'and grown longer than the former one while an adapter was cut off has nothing skipped or taken for the former',
      async () => {
        const proxy = await scene.proxy();
        const options = { topics: TOPICS, connection: through(proxy), sessionMs: 20_000 };
        const { handled } = scene.handle(await scene.connect(options));
        await sendAll('old', 5);
        await scene.noLag();
        proxy.cut();
        await makeAnew();
        const texts = await sendAll('new', 10);
        proxy.restore();
        await eventually(() => expect(handled.slice(5).map(textOf)).toEqual(texts));
        expectOwnLogs(handled);
        await scene.noLag();
      },
      LONG_MS,
    );

    test(
      'is not read from a position in the former one that somebody has committed late',
      async () => {
        const { names } = scene;
        await scene.makeTopic('commands', {});
        const texts = await sendAll('new', 10);
        const group = `${names.commands}.adapters`;
        await commitFor(broker.port, group, names.commands, 'A'.repeat(22));
        const { handled } = scene.handle(await scene.connect({ topics: TOPICS }));
        await eventually(() => expect(handled.map(textOf)).toEqual(texts));
        await scene.noLag();
      },
      LONG_MS,
    );

    test(
      'a position that names no log, as those of adapters before had none, is gone on with',
      async () => {
        const { names } = scene;
        await scene.makeTopic('commands', {});
        const texts = await sendAll('new', 10);
        await commitFor(broker.port, `${names.commands}.adapters`, names.commands, null);
        const { handled } = scene.handle(await scene.connect({ topics: TOPICS }));
        await eventually(() => expect(handled.map(textOf)).toEqual(texts.slice(7)));
        await sleep(WITHOUT_COMMITS_MS);
        expect(handled).toHaveLength(3);
      },
      LONG_MS,
    );
  });
}

/** Records of one life of the topic have one log, and those of another have another. */
function expectOwnLogs(handled: readonly CommandRecord[]): void {
  const logs = new Map<string, Set<string>>([
    ['old', new Set()],
    ['new', new Set()],
  ]);
  for (const record of handled) logs.get(textOf(record).slice(0, 3))?.add(placeOf(record.position).log);
  const [old, anew] = [...logs.values()].map((names) => [...names]);
  expect([old?.length, anew?.length]).toEqual([1, 1]);
  expect(old).not.toEqual(anew);
}

/** Commits offset 7 in the first partition, in the name of the group. */
async function commitFor(port: number, groupId: string, topic: string, metadata: string | null): Promise<void> {
  const consumer = plainClient(port).consumer({ groupId, maxWaitTimeInMs: 50 });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  const joined = new Promise<void>((resolve) => consumer.on(consumer.events.GROUP_JOIN, () => resolve()));
  await consumer.run({ autoCommit: false, eachMessage: async () => {} });
  await joined;
  await consumer.commitOffsets([{ topic, partition: 0, offset: '7', metadata }]);
  await consumer.disconnect();
}
