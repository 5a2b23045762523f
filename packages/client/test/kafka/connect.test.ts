import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type AclEntry } from 'kafkajs';
import { describeWithKafka, type KafkaBroker } from '../../../../test/brokers/kafka/index.ts';
import { startTcpProxy } from '../../../../test/fixtures/tcp-proxy.ts';
import { eventually } from '../../../bus/test/support/eventually.ts';
import { connectKafkaClient, type KafkaClientOptions } from '../../src/kafka/index.ts';
import { CALL, take } from '../contract/client-scene.ts';
import { SAY } from '../contract/describe-commands.ts';
import { createTopics, type KafkaScene, openKafkaScene, SHORT_SESSIONS } from './support/kafka-scene.ts';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;
const LONG_MS = 150_000;
const GUARDED = {
  'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'super.users': 'User:ANONYMOUS',
};

await describeWithKafka('connecting a client to Kafka', {}, (kafka) => {
  const whenOurs = kafka.ours ? test : test.skip;
  let broker: KafkaBroker;
  let scene: KafkaScene;
  let folder: string;
  let secured: Pick<KafkaClientOptions, 'brokers' | 'tls'>;

  beforeAll(async () => {
    const security = { users: { ivr: 'secret' }, tls: true };
    broker = await kafka.start(kafka.ours ? { security, properties: { ...SHORT_SESSIONS, ...GUARDED } } : {});
    folder = await mkdtemp(join(tmpdir(), 'jambus-client-'));
    const caFile = join(folder, 'ca.pem');
    await writeFile(caFile, broker.secured?.ca ?? '');
    secured = { brokers: broker.secured?.brokers ?? [], tls: { caFile } };
  }, 600_000);
  beforeEach(async () => {
    scene = await openKafkaScene(broker);
  });
  afterEach(() => scene.close(), LONG_MS);
  afterAll(async () => {
    await broker.stop();
    await rm(folder, { recursive: true });
  });

  const signedIn = (password = 'secret'): Partial<KafkaClientOptions> => ({
    ...secured,
    sasl: { mechanism: 'scram-sha-256', user: 'ivr', password },
  });

  /** Adds to what `ivr` may do. */
  async function allow(operation: 'READ' | 'WRITE', type: 'TOPIC' | 'GROUP', name: string): Promise<void> {
    const entry: AclEntry = {
      resourceType: AclResourceTypes[type],
      resourceName: name,
      // Groups of a client's own begin with its name.
      resourcePatternType: type === 'GROUP' ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
      principal: 'User:ivr',
      host: '*',
      operation: AclOperationTypes[operation],
      permissionType: AclPermissionTypes.ALLOW,
    };
    await scene.admin.createAcls({ acl: [entry] });
  }

  whenOurs('who is not known to the cluster, or does not trust it, is refused', async () => {
    await expect(scene.client(signedIn('hunter2'))).rejects.toMatchObject({ code: 'bus_refused' });
    await expect(scene.client({ ...signedIn(), tls: {} })).rejects.toMatchObject({
      code: 'bus_refused',
      message: expect.stringMatching(/self-signed/),
    });
    const caFile = join(folder, 'nowhere.pem');
    await expect(scene.client({ ...signedIn(), tls: { caFile } })).rejects.toMatchObject({ code: 'bad_config' });
  });

  whenOurs(
    'the rights that a client needs are those that the README tells, and who lacks one is told at once',
    async () => {
      const { commands, results, events } = scene.names;
      const client = () => scene.client({ ...signedIn(), clientId: 'ivr' });
      /** A right takes effect a moment after it was given. */
      const refused = (work: () => Promise<unknown>, name: string): Promise<void> =>
        eventually(async () => {
          const refusal = { code: 'bus_refused', message: expect.stringContaining(name) };
          await expect(work()).rejects.toMatchObject(refusal);
        });

      await refused(client, results);
      await allow('READ', 'TOPIC', results);
      await refused(client, 'ivr.');
      await allow('READ', 'GROUP', 'ivr');
      await refused(async () => (await client()).commands.send(CALL, SAY), commands);
      await allow('WRITE', 'TOPIC', commands);
      await eventually(async () => {
        expect(await (await client()).commands.send(CALL, SAY)).toMatchObject({ status: 'delivered' });
      });
      const allowed = await client();
      await refused(() => allowed.events.subscribe().ready(), events);
      await allow('READ', 'TOPIC', events);
      await refused(() => allowed.events.subscribe({ durable: 'greeter' }).ready(), 'greeter');
      const [shared, own] = [allowed.events.subscribe({ durable: 'ivr' }), allowed.events.subscribe()];
      await Promise.all([shared.ready(), own.ready()]);
      await scene.event();
      expect(await Promise.all([take(shared, 1), take(own, 1)])).toMatchObject([[{ sequence: 1 }], [{ sequence: 1 }]]);
    },
    LONG_MS,
  );

  test('a broker that is not there is waited for, but not for ever', async () => {
    const proxy = await startTcpProxy(broker.port);
    proxy.cut();
    const address = { host: '127.0.0.1', port: proxy.port };
    const connection = { brokers: [`127.0.0.1:${proxy.port}`], addressOf: () => address, prefix: scene.names.prefix };
    const tooShort = connectKafkaClient({ ...connection, connectWithinMs: 1 });
    await expect(tooShort).rejects.toMatchObject({ code: 'bus_unavailable' });
    const stopped = connectKafkaClient({ ...connection, signal: AbortSignal.timeout(1) });
    await expect(stopped).rejects.toMatchObject({ code: 'stopped' });
    const connecting = connectKafkaClient(connection);
    // So that its first attempt is in vain.
    await sleep(50);
    proxy.restore();
    await (await connecting).close();
    await proxy.close();
  });

  test('a client that is there before the topics has the result of its first command', async () => {
    const prefix = `${scene.names.prefix}-later`;
    const client = await scene.client({ prefix });
    const topics = [`${prefix}.commands`, `${prefix}.results`];
    await createTopics(scene.admin, topics);
    const sent = client.commands.send(CALL, SAY, { id: 'first' });
    const commands = async (): Promise<number> =>
      (await scene.admin.fetchTopicOffsets(`${prefix}.commands`)).reduce((sum, { high }) => sum + Number(high), 0);
    await eventually(async () => expect(await commands()).toBe(1));
    await scene.resultIn(`${prefix}.results`, { commandId: 'first' });
    expect(await sent).toMatchObject({ status: 'delivered' });
    await scene.admin.deleteTopics({ topics });
  });
});
