import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { freePort } from '../provisioning/free-port.ts';
import { clusterInfo } from './cluster-info.ts';
import { describeWithKafka } from './describe-with-kafka.ts';
import { type KafkaBroker, type KafkaBrokerOptions, startKafkaBroker } from './start-kafka-broker.ts';

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function start(options: KafkaBrokerOptions): Promise<KafkaBroker> {
  const broker = await startKafkaBroker(options);
  closing.push(() => broker.stop());
  return broker;
}

function client({ brokers }: { readonly brokers: readonly string[] }): Kafka {
  return new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
}

async function adminOf(broker: KafkaBroker): Promise<Admin> {
  const admin = client(broker).admin();
  closing.push(() => admin.disconnect());
  await admin.connect();
  return admin;
}

async function send(broker: KafkaBroker, topic: string, value: string): Promise<void> {
  const producer = client(broker).producer({ idempotent: true });
  await producer.connect();
  await producer.send({ topic, messages: [{ value }] });
  await producer.disconnect();
}

/** The first record of a topic, by a group of its own. */
async function firstOf(broker: KafkaBroker, topic: string): Promise<string | undefined> {
  const consumer = client(broker).consumer({ groupId: `reads-${topic}` });
  closing.push(() => consumer.disconnect());
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  return new Promise((resolve, reject) => {
    const eachMessage = ({ message }: { readonly message: { readonly value: Buffer | null } }) =>
      Promise.resolve(resolve(message.value?.toString()));
    consumer.run({ eachMessage }).catch(reject);
  });
}

function answers({ brokers }: { readonly brokers: readonly string[] }): Promise<boolean> {
  return clusterInfo(brokers).then(
    () => true,
    () => false,
  );
}

for (const version of ['newest', '3'] as const) {
  await describeWithKafka(`a Kafka broker, ${version}`, { version }, (kafka) => {
    const whenOurs = kafka.ours ? test : test.skip;

    whenOurs('keeps the records of a topic when it is killed and started again', async () => {
      const broker = await start({ version });
      expect(broker.version).toMatch(version === '3' ? /^3\./ : /^4\./);
      await (await adminOf(broker)).createTopics({
        topics: [{ topic: 'kept', numPartitions: 2 }],
        waitForLeaders: true,
      });
      await send(broker, 'kept', 'hello');
      const firstPid = broker.pid;

      await broker.kill();
      expect(isRunning(firstPid)).toBe(false);
      expect(await answers(broker)).toBe(false);

      await broker.restart();
      expect(broker.pid).not.toBe(firstPid);
      expect(await firstOf(broker, 'kept')).toBe('hello');
    });
  });
}

await describeWithKafka('a Kafka broker of a test', {}, (kafka) => {
  const whenOurs = kafka.ours ? test : test.skip;

  whenOurs('takes more configuration, a port and a folder for its data, which stays when it is stopped', async () => {
    const logDir = await mkdtemp(join(tmpdir(), 'jambus-logs-'));
    closing.push(() => rm(logDir, { recursive: true, force: true }));
    const port = await freePort();
    const broker = await start({ properties: { 'num.partitions': '3' }, port, logDir });
    expect(broker.brokers).toEqual([`127.0.0.1:${port}`]);
    const admin = await adminOf(broker);
    await admin.createTopics({ topics: [{ topic: 'mine' }] });
    expect((await admin.fetchTopicMetadata({ topics: ['mine'] })).topics[0]?.partitions).toHaveLength(3);

    const folder = broker.folder ?? '';
    expect(existsSync(folder)).toBe(true);
    await broker.stop();
    expect(existsSync(folder)).toBe(false);
    expect(isRunning(broker.pid)).toBe(false);
    expect(await answers(broker)).toBe(false);
    expect(await readdir(logDir)).toContain('mine-2');
    await expect(broker.restart()).rejects.toThrow('stopped for good');
    await broker.stop();
  });
});

function isRunning(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 0);
  } catch {
    return false;
  }
}
