import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { describeWithKafka, type KafkaBroker } from '../../../../test/brokers/kafka/index.ts';
import { eventually } from '../../../bus/test/support/eventually.ts';
import { CALL, take } from '../contract/client-scene.ts';
import { describeCommands, SAY } from '../contract/describe-commands.ts';
import { createTopics, type KafkaScene, openKafkaScene, SHORT_SESSIONS } from './support/kafka-scene.ts';

for (const version of ['newest', '3'] as const) {
  await describeWithKafka(`commands of a client, Kafka ${version}`, { version }, (kafka) => {
    let broker: KafkaBroker;
    let scene: KafkaScene;

    beforeAll(async () => {
      broker = await kafka.start(kafka.ours ? { properties: SHORT_SESSIONS } : {});
    }, 600_000);
    afterAll(() => broker.stop());
    beforeEach(async () => {
      scene = await openKafkaScene(broker);
    });
    afterEach(() => scene.close());

    describeCommands(() => scene);

    test.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)(
      'commands, events and results that are compressed by %s come as they are',
      async (compression) => {
        const { names, admin } = scene;
        const resources = [names.commands, names.events, names.results].map((name) => ({
          type: kafkajs.ConfigResourceTypes.TOPIC,
          name,
          configEntries: [{ name: 'compression.type', value: compression }],
        }));
        await admin.alterConfigs({ validateOnly: false, resources });
        const client = await scene.client({ compression });
        const events = client.events.subscribe({ callSid: CALL });
        await events.ready();
        expect(await client.commands.send(CALL, SAY, { id: 'compressed' })).toMatchObject({ status: 'delivered' });
        expect(scene.commands.map(({ id }) => id)).toEqual(['compressed']);
        await scene.event({ sequence: 1 });
        expect((await take(events, 1)).map(({ sequence }) => sequence)).toEqual([1]);
        expect(scene.troubles).toEqual([]);
      },
    );

    test('a command that is on its way when its topic goes is not given up: it may be there', async () => {
      const client = await scene.client();
      await client.commands.send(CALL, SAY);
      const { commands: topic } = scene.names;
      await scene.admin.deleteTopics({ topics: [topic] });
      await eventually(async () => expect(await scene.admin.listTopics()).not.toContain(topic));
      const sent = client.commands.send(CALL, SAY, { id: 'patient' });
      // Longer than one attempt takes.
      await Promise.race([sent, sleep(3_000)]);
      await createTopics(scene.admin, [topic]);
      const stored = async (): Promise<number> =>
        (await scene.admin.fetchTopicOffsets(topic)).reduce((sum, { high }) => sum + Number(high), 0);
      await Promise.race([eventually(async () => expect(await stored()).toBe(1), 15_000), sent]);
      await scene.result({ commandId: 'patient' });
      expect(await sent).toMatchObject({ status: 'delivered' });
    });
  });
}
