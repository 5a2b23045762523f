import { rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { createSender, wayToCluster } from '@jambus/bus/kafka-connection';
import type { KafkaBroker } from '../brokers/kafka/index.ts';
import { describeWithKafka } from '../brokers/kafka/index.ts';
import { type JambusCluster, startJambusCluster } from '../cluster/jambus-cluster.ts';
import { REPOSITORY } from '../fixtures/repository.ts';
import { type Consumer, examplesIn, makeConsumer, withPnpm } from './consumer.ts';
import { greetsCalls, LONG_MS, printed, REQUIRES } from './greeted.ts';
import type { Tarballs } from './pack.ts';

/** Who works on Kafka, with pnpm. */
export async function describeKafkaConsumer(tarballs: () => Tarballs, folder: () => string): Promise<void> {
  await describeWithKafka('a project that uses Kafka', {}, (kafka) => {
    let broker: KafkaBroker;
    let address: string;
    let cluster: JambusCluster;
    let consumer: Consumer;

    beforeAll(async () => {
      [broker, consumer] = await Promise.all([
        kafka.start(),
        makeConsumer(join(folder(), 'kafka'), withPnpm, tarballs(), ['client'], 'kafkajs@2.2.4'),
      ]);
      address = broker.brokers[0] ?? '';
      const bus = { JAMBUS_BUS: 'kafka', JAMBUS_KAFKA_BROKERS: address };
      cluster = await startJambusCluster({ gateways: 1, adapters: 1, bus });
    }, LONG_MS);
    afterEach(() => consumer.endPrograms());
    afterAll(async () => {
      await cluster.close();
      await broker.stop();
    }, LONG_MS);

    test('does not have nats, and is told that NATS would take it', async () => {
      const code = "import('@jambus/client/nats').catch((error) => console.log(error.message))";
      expect(await consumer.evaluate('module', code)).toMatch(/'nats'/);
    });

    test(
      'compiles the example of the README and answers a call with it, imported or required',
      async () => {
        const [, onKafka = ''] = await examplesIn('packages/client/README.md');
        expect(onKafka).toContain("'127.0.0.1:9092'");
        const example = onKafka.replace("'127.0.0.1:9092'", `'${address}'`);
        await consumer.compile({ 'greet.ts': example, 'required.cts': REQUIRES('kafka', 'connectKafkaClient') });
        expect(await consumer.evaluate('commonjs', "require('./out/required.cjs')")).toBe('function bad_config\n');
        await greetsCalls(consumer, cluster);
      },
      LONG_MS,
    );

    test(
      'its connections have no timer that runs all the time, as those of its kafkajs have',
      async () => {
        const counter = await consumer.start('programs/count-timers.js', address);
        await printed(counter, '}\n');
        expect(JSON.parse(await counter.printed())).toEqual({ ours: 0, plain: true });
      },
      LONG_MS,
    );

    test(
      'is told which package a compression takes, and has what was compressed once that is installed',
      async () => {
        const compressing = `import { connectKafkaClient } from '@jambus/client/kafka';
          await connectKafkaClient({ brokers: ['${address}'], compression: 'lz4' }).catch(({ code, message }) => console.log(code, message));`;
        expect(await consumer.evaluate('module', compressing)).toMatch(/^bad_config .* npm install lz4-napi /);

        const without = await consumer.start('programs/read-kafka.js', address);
        await printed(without, 'ready');
        await publishCompressed(address);
        await printed(without, 'ended: bad_config');
        expect(await without.printed()).toContain('npm install snappy');
        await without.kill();

        const installed = join(consumer.folder, 'node_modules/snappy');
        await symlink(join(REPOSITORY, 'packages/bus/node_modules/snappy'), installed);
        const having = await consumer.start('programs/read-kafka.js', address);
        await printed(having, 'event compressed/1/1');
        await rm(installed);
      },
      LONG_MS,
    );
  });
}

/** An event as an adapter publishes it, compressed by snappy. */
async function publishCompressed(broker: string): Promise<void> {
  const sender = createSender(
    wayToCluster({ brokers: [broker] }, () => {}),
    { compression: 'snappy' },
  );
  const attributes = {
    id: 'compressed/1/1',
    type: 'jambonz.call.status',
    time: new Date().toISOString(),
    sequence: '1',
    epoch: '1',
  };
  const payload = Buffer.from(JSON.stringify({ type: 'call:status', data: { text: 'x'.repeat(1_000) } }));
  expect(await sender.send([{ topic: 'jambonz.events', key: 'compressed', attributes, payload }])).toBeUndefined();
  sender.close();
}
