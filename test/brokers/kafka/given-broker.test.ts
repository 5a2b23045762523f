import { clusterInfo } from './cluster-info.ts';
import { describeWithKafka } from './describe-with-kafka.ts';
import { BROKERS_SETTING } from './places.ts';
import { type KafkaBroker, startKafkaBroker } from './start-kafka-broker.ts';

await describeWithKafka('a Kafka broker that is named by the environment', {}, (kafka) => {
  const before = process.env[BROKERS_SETTING];
  let running: KafkaBroker;

  beforeEach(async () => {
    running = await kafka.start();
  });

  afterEach(async () => {
    if (before === undefined) delete process.env[BROKERS_SETTING];
    else process.env[BROKERS_SETTING] = before;
    await running.stop();
  });

  test('is used as it is, and neither ended nor configured', async () => {
    process.env[BROKERS_SETTING] = running.brokers.join(',');
    const version = running.version.startsWith('3.') ? '3' : 'newest';
    const broker = await startKafkaBroker({ version });
    expect(broker).toMatchObject({ brokers: running.brokers, port: running.port, pid: undefined, secured: undefined });
    expect(running.version).toMatch(broker.version);
    await expect(broker.kill()).rejects.toThrow('not ours');
    await expect(broker.restart()).rejects.toThrow('not ours');
    await expect(startKafkaBroker({ version, properties: {} })).rejects.toThrow('not ours');
    await expect(startKafkaBroker({ version, security: { tls: true } })).rejects.toThrow('not ours');
    await broker.stop();
    expect((await clusterInfo(running.brokers)).brokerIds).toHaveLength(1);
  });
});
