import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { freePort } from '../provisioning/free-port.ts';
import { inAnotherProcess } from '../provisioning/in-another-process.ts';
import { isRunning } from '../provisioning/is-running.ts';
import { clusterInfo, clusterVersion } from './cluster-info.ts';
import { describeWithKafka } from './describe-with-kafka.ts';
import { type KafkaBroker, type KafkaBrokerOptions, startKafkaBroker } from './start-kafka-broker.ts';

/** Brokers start within 45 s, and on a busy machine some of them in this time. */
const LONG_MS = 120_000;

/** Starts a broker, says where, and stays. */
const ANNOUNCES = `
  const { brokers, folder, pid } = await broker.startKafkaBroker();
  process.stdout.write(JSON.stringify({ brokers, folder, pid }));
  setInterval(() => {}, 1000);`;

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

async function send(broker: KafkaBroker, topic: string, value: string, partition = 0): Promise<void> {
  const producer = client(broker).producer({ idempotent: true });
  await producer.connect();
  await producer.send({ topic, messages: [{ value, partition }] });
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

    whenOurs(
      'keeps the records of a topic when it is killed and started again',
      async () => {
        const broker = await start({ version });
        expect(broker.version).toMatch(version === '3' ? /^3\./ : /^4\./);
        expect(await clusterVersion(broker.brokers)).toBe(version === '3' ? '3.9' : '4');
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
      },
      LONG_MS,
    );
  });
}

await describeWithKafka('a Kafka broker of a test', {}, (kafka) => {
  const whenOurs = kafka.ours ? test : test.skip;

  whenOurs(
    'takes more configuration, a port and a folder for its data, which stays when it is stopped',
    async () => {
      const logDir = await mkdtemp(join(tmpdir(), 'jambus-logs-'));
      closing.push(() => rm(logDir, { recursive: true, force: true }));
      const port = await freePort();
      const broker = await start({ properties: { 'num.partitions': '3' }, port, logDir });
      expect(broker.brokers).toEqual([`127.0.0.1:${port}`]);
      const admin = await adminOf(broker);
      await admin.createTopics({ topics: [{ topic: 'mine' }] });
      expect((await admin.fetchTopicMetadata({ topics: ['mine'] })).topics[0]?.partitions).toHaveLength(3);
      // A broker tells of a partition before it has made its folder; with a record in it there is one.
      await send(broker, 'mine', 'hello', 2);

      const folder = broker.folder ?? '';
      expect(existsSync(folder)).toBe(true);
      await broker.stop();
      expect(existsSync(folder)).toBe(false);
      expect(isRunning(broker.pid)).toBe(false);
      expect(await answers(broker)).toBe(false);
      expect(await readdir(logDir)).toContain('mine-2');
      await expect(broker.restart()).rejects.toThrow('stopped for good');
      await broker.stop();
    },
    LONG_MS,
  );

  whenOurs(
    'that cannot start says why, and leaves nothing behind',
    async () => {
      const format = startKafkaBroker({ properties: { 'num.partitions': 'many' } });
      await expect(format).rejects.toThrow(/does not start: .*: Invalid value many for configuration num.partitions/);

      const keystore = 'listener.name.secured.ssl.keystore';
      const properties = { [`${keystore}.type`]: 'JKS', [`${keystore}.password`]: 'password' };
      const message = await startKafkaBroker({ security: { tls: true }, properties }).then(
        () => 'it started',
        (error: unknown) => String(error),
      );
      expect(message).toMatch(/does not start: exit code 1\n.*Failed to load SSL keystore/s);
      const folder = /(\S*jambus-kafka-\w+)/.exec(message)?.[1] ?? '';
      expect(folder).not.toBe('');
      expect(existsSync(folder)).toBe(false);
    },
    LONG_MS,
  );

  whenOurs(
    'does not take another one on its port for itself',
    async () => {
      const { port } = await start({});
      await expect(startKafkaBroker({ port })).rejects.toThrow(/does not start: .*address already in use/is);
    },
    LONG_MS,
  );

  whenOurs(
    'ends with the process that started it, even one that was killed',
    async () => {
      const starter = inAnotherProcess('kafka/index.js', ANNOUNCES);
      closing.push(() => Promise.resolve(void starter.kill('SIGKILL')));
      const [output] = (await once(starter.stdout ?? starter, 'data')) as [Buffer];
      const left = JSON.parse(output.toString()) as { brokers: string[]; folder: string; pid: number };
      expect(await answers(left)).toBe(true);
      starter.kill('SIGKILL');
      while (isRunning(left.pid) || existsSync(left.folder)) await delay(10); // Else the test times out.
    },
    LONG_MS,
  );
});
