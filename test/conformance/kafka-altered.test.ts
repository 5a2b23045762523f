import type { Bus } from '@jambus/bus';
import { CHANNELS, type Channel } from '@jambus/schema';
import kafkajs from 'kafkajs';
import { describeWithKafka, type KafkaBroker } from '../brokers/kafka/index.ts';
import { eventOf, eventually, LONG_MS } from './driver-support.ts';
import { SHORT_SESSIONS } from './kafka-harness.ts';
import { type KafkaScene, openKafkaScene } from './kafka-scene.ts';
import { numbers, textOf } from './scene.ts';

const TOPICS = { partitions: 1 };
const DAY_MS = '86400000';

/** An operator alters topics while an adapter works: the rows of the table in docs/kafka.md, with one broker. */
for (const version of ['newest', '3'] as const) {
  await describeWithKafka(`topics that are altered under way on Kafka ${version}`, { version }, (kafka) => {
    let broker: KafkaBroker;
    let scene: KafkaScene;
    let cases = 0;

    beforeAll(async () => {
      broker = await kafka.start({ properties: SHORT_SESSIONS });
    }, LONG_MS);
    beforeEach(async () => {
      altered.clear();
      scene = await openKafkaScene(broker.port, `altered-${++cases}`);
    }, LONG_MS);
    afterEach(() => scene.close(), LONG_MS);
    afterAll(() => broker.stop());

    /** The settings that were altered, by topic: those that are not sent again go back to what the broker has. */
    const altered = new Map<Channel, Map<string, string>>();
    const alter = async (channel: Channel, name: string, value: string): Promise<void> => {
      const before = channel === 'commands' ? [['message.timestamp.type', 'LogAppendTime'] as const] : [];
      const settings = altered.get(channel) ?? new Map<string, string>(before);
      altered.set(channel, settings.set(name, value));
      const configEntries = [...settings].map(([setting, text]) => ({ name: setting, value: text }));
      const type = kafkajs.ConfigResourceTypes.TOPIC;
      const resources = [{ type, name: scene.names[channel], configEntries }];
      await scene.admin.alterConfigs({ validateOnly: false, resources });
    };
    const told = (kind: 'unusable_setting' | 'risky_setting' | 'mended_setting' | 'commands_skipped'): string[] =>
      scene.troubles.flatMap((trouble) => (trouble.kind === kind ? [trouble.detail] : []));
    /** Commands and events pass. */
    const works = async (bus: Bus, handled: readonly { readonly payload: Uint8Array }[], text: string) => {
      await eventually(() => scene.send('call', text));
      await eventually(() => bus.sink.publish([eventOf('call', text)]));
      await eventually(() => expect(handled.map(textOf)).toContain(text));
    };

    test(
      'so that a promise is broken make the adapter not ready, with one line each, until they are mended',
      async () => {
        const faults = [
          ['commands', 'cleanup.policy', 'compact', 'delete'],
          ['events', 'cleanup.policy', 'compact,delete', 'delete'],
          ['results', 'cleanup.policy', 'compact', 'delete'],
          ['deadletters', 'cleanup.policy', 'compact', 'delete'],
          ['commands', 'retention.ms', '60000', DAY_MS],
          ['commands', 'retention.bytes', '1000000', '-1'],
        ] as const;
        const bus = await scene.connect({ topics: TOPICS });
        const { handled } = scene.handle(bus);
        await eventually(() => expect(bus.healthy()).toBe(true));
        for (const [channel, name, bad] of faults) await alter(channel, name, bad);
        await eventually(() => expect(told('unusable_setting')).toHaveLength(faults.length));
        expect(bus.healthy()).toBe(false);
        for (const [channel, name, bad, good] of faults) {
          const line = told('unusable_setting').find(
            (detail) => detail.includes(`topic ${scene.names[channel]} `) && detail.includes(name),
          );
          expect(line).toContain(bad);
          const remedy = name.startsWith('retention') ? name : `${name}=${good}`;
          expect(line).toMatch(new RegExp(`--entity-name ${scene.names[channel]} --add-config ${remedy}`));
          expect(told('unusable_setting')).toEqual(expect.arrayContaining([...bus.faults()]));
        }
        // What can go on goes on.
        await scene.send('call', 'meanwhile');
        await eventually(() => expect(handled.map(textOf)).toEqual(['meanwhile']));
        for (const [channel, name, , good] of faults) await alter(channel, name, good);
        await eventually(() => expect(told('mended_setting')).toHaveLength(faults.length));
        expect(bus.faults()).toEqual([]);
        await eventually(() => expect(bus.healthy()).toBe(true));
        await works(bus, handled, 'after');
        expect(told('unusable_setting')).toHaveLength(faults.length);
      },
      LONG_MS,
    );

    test(
      'so that a promise may be broken are warned of, once, until they are mended, and everything goes on',
      async () => {
        const risks = [
          ['commands', 'message.timestamp.type', 'CreateTime', 'LogAppendTime'],
          ['events', 'retention.ms', '60000', DAY_MS],
          ['results', 'retention.bytes', '1000000', '-1'],
          ['deadletters', 'max.message.bytes', '20000', '1048588'],
        ] as const;
        const bus = await scene.connect({ topics: TOPICS });
        const { handled } = scene.handle(bus);
        for (const [channel, name, bad] of risks) await alter(channel, name, bad);
        await eventually(() => expect(told('risky_setting')).toHaveLength(risks.length));
        for (const [channel, name] of risks) {
          const change = `--entity-name ${scene.names[channel]} --add-config ${name}=`;
          expect(told('risky_setting').filter((detail) => detail.includes(change))).toHaveLength(1);
        }
        // A broker waits for no more copies than there are to be.
        await alter('events', 'min.insync.replicas', '2');
        await works(bus, handled, 'meanwhile');
        expect(bus.healthy()).toBe(true);
        for (const [channel, name, , good] of risks) await alter(channel, name, good);
        await eventually(() => expect(told('mended_setting')).toHaveLength(risks.length));
        expect(told('risky_setting')).toHaveLength(risks.length);
      },
      LONG_MS,
    );

    test(
      'a batch is cut for a topic that takes less than before, so that nothing in it is refused',
      async () => {
        const bus = await scene.connect({ topics: TOPICS });
        await alter('events', 'max.message.bytes', '20000');
        await eventually(() => expect(told('risky_setting')).toHaveLength(1));
        const texts = numbers(40).map((number) => number.padEnd(1_000, '.'));
        await bus.sink.publish(texts.map((text) => ({ ...eventOf('call', '1'), payload: Buffer.from(text) })));
        expect((await scene.texts('events')).flat()).toEqual(texts);
      },
      LONG_MS,
    );

    test(
      'and deleted, each alone, are made again, and everything goes on',
      async () => {
        const bus = await scene.connect({ topics: TOPICS });
        const { handled } = scene.handle(bus);
        for (const channel of CHANNELS) {
          await works(bus, handled, `before ${channel}`);
          await scene.admin.deleteTopics({ topics: [scene.names[channel]] });
          await eventually(async () => expect(await scene.admin.listTopics()).toContain(scene.names[channel]));
        }
        await works(bus, handled, 'after');
        await eventually(() => expect(bus.healthy()).toBe(true));
      },
      LONG_MS,
    );

    test(
      'and deleted where adapters may make none, each alone, make the adapter not ready, with the command that makes them',
      async () => {
        await (await scene.connect({ topics: TOPICS })).close();
        const bus = await scene.connect({ topics: { ...TOPICS, create: false } });
        const { handled } = scene.handle(bus);
        for (const channel of CHANNELS) {
          await works(bus, handled, `before ${channel}`);
          await scene.admin.deleteTopics({ topics: [scene.names[channel]] });
          await eventually(() => expect(bus.faults().join()).toContain(`--create --topic ${scene.names[channel]}`));
          expect(bus.healthy()).toBe(false);
          const settings = channel === 'commands' ? { 'message.timestamp.type': 'LogAppendTime' } : {};
          await eventually(() => scene.makeTopic(channel, settings));
          await eventually(() => expect(bus.faults()).toEqual([]));
        }
        await works(bus, handled, 'after');
        await eventually(() => expect(bus.healthy()).toBe(true));
        expect(told('unusable_setting')).toHaveLength(CHANNELS.length);
      },
      2 * LONG_MS,
    );

    test(
      'records that are deleted unread are counted in one line, and reading goes on behind them',
      async () => {
        const { names, admin } = scene;
        const first = await scene.connect({ topics: TOPICS });
        const working = scene.handle(first);
        await works(first, working.handled, 'before');
        await scene.noLag();
        await working.end();
        await first.close();
        for (const text of numbers(5)) await scene.send('call', text);
        await admin.deleteTopicRecords({ topic: names.commands, partitions: [{ partition: 0, offset: '4' }] });
        const { handled } = scene.handle(await scene.connect({ topics: TOPICS }));
        await eventually(() => expect(handled.map(textOf)).toEqual(['3', '4']));
        await eventually(() =>
          expect(told('commands_skipped')).toEqual([expect.stringContaining('has lost 3 records')]),
        );
        await scene.noLag();
      },
      LONG_MS,
    );

    test(
      'all records deleted up to the end by an operator, behind what an adapter has read, make no difference to it',
      async () => {
        const { names, admin } = scene;
        const bus = await scene.connect({ topics: TOPICS });
        const { handled } = scene.handle(bus);
        await works(bus, handled, 'before');
        await scene.noLag();
        await admin.deleteTopicRecords({ topic: names.commands, partitions: [{ partition: 0, offset: '-1' }] });
        await works(bus, handled, 'after');
        expect(handled.map(textOf)).toEqual(['before', 'after']);
        expect(told('commands_skipped')).toEqual([]);
      },
      LONG_MS,
    );

    test(
      'positions of the group cannot be deleted or reset under an adapter; deleted between two, all is read once more',
      async () => {
        const { names, admin } = scene;
        const groupId = `${names.commands}.adapters`;
        const first = await scene.connect({ topics: TOPICS });
        const working = scene.handle(first);
        await works(first, working.handled, 'before');
        await scene.noLag();
        await expect(admin.deleteGroups([groupId])).rejects.toThrow();
        await expect(
          admin.setOffsets({ groupId, topic: names.commands, partitions: [{ partition: 0, offset: '0' }] }),
        ).rejects.toThrow();
        await works(first, working.handled, 'behind');
        expect(working.handled.map(textOf)).toEqual(['before', 'behind']);
        await working.end();
        await first.close();
        await eventually(async () => void (await admin.deleteGroups([groupId])));
        const { handled } = scene.handle(await scene.connect({ topics: TOPICS }));
        await eventually(() => expect(handled.map(textOf)).toEqual(['before', 'behind']));
        // The gateway of the call, or the bus, is asked first: none of them has a second effect.
        expect(handled.map(({ maybeRepeated }) => maybeRepeated)).toEqual([true, true]);
      },
      LONG_MS,
    );
  });
}
