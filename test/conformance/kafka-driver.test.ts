import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Bus,
  DEFAULT_OUTBOX_SETTINGS,
  type KafkaBusOptions,
  type KafkaConnectionSettings,
  type KafkaSasl,
  Outbox,
} from '@jambus/bus';
import kafkajs from 'kafkajs';
import { describeWithKafka, type KafkaBroker, unsecuredToken } from '../brokers/kafka/index.ts';
import { eventOf, eventually, type Handling, refusalOf } from './driver-support.ts';
import { SESSION_MS, SHORT_SESSIONS, through } from './kafka-harness.ts';
import { type KafkaScene, openKafkaScene } from './kafka-scene.ts';
import { callSids, numbers, textOf } from './scene.ts';

/** Shorter than what the client takes by itself for the time before it signs in again, which is 10 s. */
const SIGNED_IN_MS = 8_000;
const LONG_MS = 150_000;
const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

/** What only this driver does: records and keys, topics, signing in, and publishing. */
await describeWithKafka('the kafka driver', { version: 'newest' }, (kafka) => {
  let broker: KafkaBroker;
  let scene: KafkaScene;
  let folder: string;
  let secured: KafkaConnectionSettings;
  let cases = 0;

  beforeAll(async () => {
    // Whoever comes without a login may do everything, whoever signs in only what is allowed.
    const guarded = {
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': 'User:ANONYMOUS',
    };
    const security = { users: { adapter: 'secret' }, tls: true };
    const reauthentication = { 'connections.max.reauth.ms': String(SIGNED_IN_MS) };
    broker = await kafka.start({ security, properties: { ...SHORT_SESSIONS, ...guarded, ...reauthentication } });
    folder = await mkdtemp(join(tmpdir(), 'jambus-kafka-driver-'));
    const caFile = join(folder, 'ca.pem');
    await writeFile(caFile, broker.secured?.ca ?? '');
    secured = { brokers: broker.secured?.brokers ?? [], tls: { caFile } };
  }, LONG_MS);

  beforeEach(async () => {
    scene = await openKafkaScene(broker.port, `driver-${++cases}`);
  }, LONG_MS);

  afterEach(() => scene.close(), LONG_MS);

  afterAll(async () => {
    await broker.stop();
    await rm(folder, { recursive: true });
  });

  const signedIn = (sasl: KafkaSasl): Partial<KafkaBusOptions> => ({
    connection: { ...secured, sasl },
  });

  const allow = (operations: readonly (keyof typeof AclOperationTypes)[], type: 'TOPIC' | 'GROUP', name: string) =>
    scene.admin.createAcls({
      acl: operations.map((operation) => ({
        resourceType: AclResourceTypes[type],
        resourceName: name,
        resourcePatternType: ResourcePatternTypes.LITERAL,
        principal: 'User:adapter',
        host: '*',
        operation: AclOperationTypes[operation],
        permissionType: AclPermissionTypes.ALLOW,
      })),
    });

  describe('a command', () => {
    test('belongs to the call of its key, else of its subject, else to none', async () => {
      const { handled } = scene.handle(await scene.connect({ topics: { partitions: 1 } }));
      await scene.send('key', '0');
      await scene.send('key', '1', { ce_subject: 'subject' });
      await scene.send(null, '2', { ce_subject: 'subject' });
      await scene.send('', '3', { CE_Subject: 'subject' });
      await scene.send(null, '4');
      await scene.send(null, '5', { ce_subject: '' });
      await eventually(() => expect(handled).toHaveLength(6));
      const byText = [...handled].sort((a, b) => textOf(a).localeCompare(textOf(b)));
      expect(byText.map(({ callSid }) => callSid)).toEqual(['key', 'key', 'subject', 'subject', undefined, undefined]);
    });

    test('in structured mode has the attributes of its envelope and the very bytes of its data', async () => {
      const { handled } = scene.handle(await scene.connect({ topics: { partitions: 1 } }));
      const data = '{"type" : "command",\n "command":"redirect", "text": "caf\\u00e9 – 顧客"}';
      const envelope = `{"specversion":"1.0","id":"command-1","subject":"call","ifsequence":7,"data": ${data} }`;
      const headers = { 'content-type': 'application/cloudevents+json; charset=UTF-8', traceparent: '00-a-b-01' };
      await scene.send(null, envelope, headers);
      await eventually(() => expect(handled).toHaveLength(1));
      expect(handled[0]).toMatchObject({
        callSid: 'call',
        attributes: { specversion: '1.0', id: 'command-1', ifsequence: '7', traceparent: '00-a-b-01' },
      });
      expect(handled.map(textOf)).toEqual([data]);
    });

    test('with an envelope or headers that cannot be read cannot be accepted, and stalls nothing', async () => {
      const { handled } = scene.handle(await scene.connect({ topics: { partitions: 1 } }));
      await scene.send('call', '{"data":', { 'content-type': 'application/cloudevents+json' });
      await scene.send('call', '{}', { ce_ifsequence: Buffer.from([0xff, 0xfe]), other: Buffer.from([0xff]) });
      await scene.send('call', '{}', { other: Buffer.from([0xff]) });
      await eventually(() => expect(handled).toHaveLength(3));
      expect(handled.map(({ attributes }) => attributes['specversion'])).toEqual([
        expect.stringContaining('unreadable: $: the payload is not JSON'),
        expect.stringContaining('unreadable: headers'),
        undefined,
      ]);
    });

    test('of a publisher whose clock is fast does not live longer for that', async () => {
      const { names, producer } = scene;
      await scene.makeTopic('commands', { 'message.timestamp.type': 'CreateTime' });
      const { handled } = scene.handle(await scene.connect({ topics: { partitions: 1 } }));
      const timestamp = String(Date.now() + 600_000);
      await producer.send({ topic: names.commands, messages: [{ key: 'call', value: '{}', timestamp }] });
      await eventually(() => expect(handled).toHaveLength(1));
      expect(handled[0]?.publishedAt).toBeLessThanOrEqual(Date.now());
      // One that is slow has its commands refused, so an operator is told what to do about the clocks.
      const risks = scene.troubles.flatMap((trouble) => (trouble.kind === 'risky_setting' ? [trouble.detail] : []));
      expect(risks).toEqual([expect.stringMatching(/clock of its publisher.*message\.timestamp\.type=LogAppendTime$/)]);
    });
  });

  describe('topics', () => {
    test('that are missing are created with the partitions of the settings, and the time of the broker', async () => {
      const { names, admin } = scene;
      await scene.connect({ topics: { partitions: 5 } });
      const topics = [names.commands, names.events, names.results, names.deadletters];
      const found = await admin.fetchTopicMetadata({ topics });
      const counts = new Map(found.topics.map(({ name, partitions }) => [name, partitions.length]));
      expect(topics.map((topic) => counts.get(topic))).toEqual([5, 5, 5, 1]);
      expect(await topicSetting(admin, names.commands, 'message.timestamp.type')).toBe('LogAppendTime');
    });

    test('that are missing and may not be created are all named, with what creates them', async () => {
      const refusal = await refusalOf(scene.connect({ topics: { create: false, partitions: 3 } }));
      const server = `127.0.0.1:${broker.port}`;
      expect(refusal).toMatchObject({
        code: 'bad_config',
        message: ['commands', 'events', 'results', 'deadletters']
          .map((channel) => {
            const topic = `${scene.names.prefix}.${channel}`;
            const partitions = channel === 'deadletters' ? 1 : 3;
            const command = `kafka-topics.sh --bootstrap-server ${server} --create --topic ${topic} --partitions ${partitions}`;
            return `topic ${topic} is missing: ${command}`;
          })
          .join('\n'),
      });
      expect(await scene.admin.listTopics()).not.toContain(scene.names.commands);
    });

    test('with too few partitions are refused, those with more are used', async () => {
      await scene.connect({ topics: { partitions: 2 } });
      const refusal = await refusalOf(scene.connect({ topics: { partitions: 3 } }));
      expect(refusal).toMatchObject({ code: 'bad_config' });
      expect(String(refusal)).toContain('.commands has 2 partitions, and has to have at least 3');
      expect(String(refusal)).toContain(`--alter --topic ${scene.names.commands} --partitions 3`);
      await scene.connect({ topics: { partitions: 1 } });
    });

    test('that keep the last message of a call only are refused', async () => {
      await scene.makeTopic('events', { 'cleanup.policy': 'compact' });
      const refusal = await refusalOf(scene.connect());
      expect(refusal).toMatchObject({ code: 'bad_config' });
      expect(String(refusal)).toContain('.events has cleanup.policy=compact');
    });

    test(
      'that somebody deletes are made again, and publishing goes on',
      async () => {
        const bus = await scene.connect();
        await bus.sink.publish([eventOf('call', 'before')]);
        await scene.admin.deleteTopics({ topics: [scene.names.events] });
        await eventually(() => bus.sink.publish([eventOf('call', 'after')]));
        expect((await scene.texts('events')).flat()).toContain('after');
      },
      LONG_MS,
    );
  });

  describe('signing in', () => {
    const PLAIN: KafkaSasl = { mechanism: 'plain', user: 'adapter', password: 'secret' };

    const works = async (options: Partial<KafkaBusOptions>): Promise<Handling> => {
      const { names } = scene;
      await scene.connect();
      await allow(['READ', 'DESCRIBE'], 'TOPIC', names.commands);
      for (const topic of [names.events, names.results, names.deadletters]) {
        await allow(['WRITE', 'DESCRIBE'], 'TOPIC', topic);
      }
      await allow(['READ'], 'GROUP', `${names.commands}.adapters`);
      const bus: Bus = await scene.connect(options);
      const working = scene.handle(bus);
      await bus.sink.publish([eventOf('call', 'event')]);
      await scene.send('call', 'command');
      await eventually(() => expect(working.handled.map(textOf)).toEqual(['command']));
      return working;
    };

    test('with a password', async () => {
      await works(signedIn(PLAIN));
    });

    test.each(['scram-sha-256', 'scram-sha-512'] as const)('with %s', async (mechanism) => {
      await works(signedIn({ mechanism, user: 'adapter', password: 'secret' }));
    });

    test('with a token from a file, which may be a new one for every connection', async () => {
      const tokenFile = join(folder, 'token');
      await writeFile(tokenFile, `${unsecuredToken('adapter')}\n`);
      const options = signedIn({ mechanism: 'oauthbearer', tokenFile });
      await works(options);
      await writeFile(tokenFile, unsecuredToken('adapter', -600));
      expect(await refusalOf(scene.connect({ ...options, connectWithinMs: 300 }))).toMatchObject({
        code: 'bus_unavailable',
        message: expect.stringContaining('token'),
      });
    });

    test(
      'with tokens of an endpoint that takes its time, also after the group has given up waiting',
      async () => {
        const endpoint = createServer((_, response) => {
          const body = JSON.stringify({ access_token: unsecuredToken('adapter') });
          setTimeout(() => response.end(body), 400);
        });
        endpoint.listen(0, '127.0.0.1');
        await once(endpoint, 'listening');
        const tokenEndpoint = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}`;
        const sasl: KafkaSasl = {
          mechanism: 'oauthbearer',
          tokenEndpoint,
          clientId: 'adapter',
          clientSecret: 'secret',
        };
        const proxy = await scene.proxy();
        proxy.retarget(Number(secured.brokers[0]?.split(':')[1]));
        const { handled } = await works({ connection: { ...secured, ...through(proxy), sasl } });
        proxy.cut();
        await sleep(2 * SESSION_MS);
        await scene.send('call', 'after');
        proxy.restore();
        await eventually(() => expect(handled.map(textOf)).toContain('after'));
        endpoint.close();
      },
      LONG_MS,
    );

    test('over TLS trusts nobody but the authorities of the settings', async () => {
      const refusal = await refusalOf(scene.connect({ connection: { ...secured, tls: {}, sasl: PLAIN } }));
      expect(refusal).toMatchObject({ code: 'bus_refused', message: expect.stringMatching(/self-signed/) });
    });

    test('with a wrong password is refused, without the password in the message', async () => {
      const refusal = await refusalOf(scene.connect(signedIn({ ...PLAIN, password: 'hunter2' })));
      expect(refusal).toMatchObject({ code: 'bus_refused', message: expect.stringMatching(/[Aa]uthentication/) });
      expect(String(refusal)).not.toContain('hunter2');
    });

    test('as somebody without rights for topics names each of them, and what gives the right', async () => {
      await scene.connect();
      const refusal = await refusalOf(scene.connect(signedIn(PLAIN)));
      expect(refusal).toMatchObject({ code: 'bus_refused' });
      const { commands, events } = scene.names;
      expect(String(refusal)).toContain(`no rights for topic ${commands}: kafka-acls.sh`);
      expect(String(refusal)).toContain(`--operation Read --topic ${commands}`);
      expect(String(refusal)).toContain(`--operation Write --topic ${events}`);
    });

    test(
      'as somebody who may not be in the group ends with the reason',
      async () => {
        const { names } = scene;
        await scene.connect();
        const topics = [names.commands, names.events, names.results, names.deadletters];
        for (const topic of topics) await allow(['DESCRIBE', 'READ', 'WRITE'], 'TOPIC', topic);
        const { running } = scene.handle(await scene.connect(signedIn(PLAIN)));
        const refusal = await refusalOf(running);
        expect(refusal).toMatchObject({ code: 'bus_refused', message: expect.stringContaining('Group authorization') });
        expect(String(refusal)).toContain(`${names.commands}.adapters`);
      },
      LONG_MS,
    );

    test(
      'lasts beyond the time after which the broker has everybody sign in again',
      async () => {
        const { names } = scene;
        await scene.connect();
        const topics = [names.commands, names.events, names.results, names.deadletters];
        for (const topic of topics) await allow(['ALL'], 'TOPIC', topic);
        await allow(['ALL'], 'GROUP', `${names.commands}.adapters`);
        const bus = await scene.connect(signedIn(PLAIN));
        const { handled } = scene.handle(bus);
        await scene.send('call', 'before');
        await eventually(() => expect(handled.map(textOf)).toEqual(['before']));
        const before = scene.troubles.length;
        await sleep(1.5 * SIGNED_IN_MS);
        await scene.send('call', 'behind');
        await bus.sink.publish([eventOf('call', '0')]);
        await eventually(() => expect(handled.map(textOf)).toEqual(['before', 'behind']));
        expect(scene.troubles.slice(before)).toEqual([]);
      },
      LONG_MS,
    );

    test('as somebody who may not publish events is told so, and may still do the rest', async () => {
      const { names } = scene;
      await scene.connect();
      const topics = [names.commands, names.events, names.results, names.deadletters];
      for (const topic of topics) await allow(['DESCRIBE'], 'TOPIC', topic);
      await allow(['WRITE'], 'TOPIC', names.results);
      const bus = await scene.connect(signedIn(PLAIN));
      expect(await refusalOf(bus.sink.publish([eventOf('call', '0')]))).toMatchObject({
        code: 'bus_refused',
        message: expect.stringContaining(names.events),
      });
      await bus.sink.publish([{ ...eventOf('call', '0'), channel: 'results', type: 'delivered' }]);
    });
  });

  describe('publishing', () => {
    test('puts a call where every client of Kafka looks for it, and says so in its attributes', async () => {
      const bus = await scene.connect({ topics: { partitions: 5 } });
      // murmur2 of these keys, from the tests of the Java client.
      const hashes = { '21': -973932308, foobar: -790332482, 'a-little-bit-long-string': -985981536 };
      for (const callSid of Object.keys(hashes)) await bus.sink.publish([eventOf(callSid, callSid)]);
      const texts = await scene.texts('events');
      for (const [key, hash] of Object.entries(hashes)) expect(texts[(hash & 0x7fffffff) % 5]).toContain(key);
    });

    test('singles out an event that the broker will never take, and the others are there', async () => {
      await scene.makeTopic('events', { 'max.message.bytes': '4000' });
      const bus = await scene.connect();
      const outbox = new Outbox(bus.sink, { onTrouble: () => {}, settings: DEFAULT_OUTBOX_SETTINGS });
      const publishing = numbers(9).map((text) => {
        const event = eventOf('call', text);
        return outbox.publish(text === '4' ? { ...event, payload: new Uint8Array(5_000) } : event);
      });
      const outcomes = await Promise.allSettled(publishing);
      expect(outcomes.map(({ status }) => status).indexOf('rejected')).toBe(4);
      expect(outcomes[4]).toMatchObject({ reason: { code: 'bus_refused' } });
      expect(outbox.failed).toBe(1);
      const texts = (await scene.texts('events')).flat();
      expect([...new Set(texts)]).toEqual(numbers(9).filter((text) => text !== '4'));
      await outbox.close(1_000);
    });

    test('dead letters that come one by one go together, and one that is refused does not harm the others', async () => {
      await scene.makeTopic('deadletters', { 'max.message.bytes': '4000' });
      const bus = await scene.connect();
      const letters = numbers(20).map((text) => ({ ...eventOf('call', text), channel: 'deadletters' as const }));
      const large = { ...eventOf('call', 'large'), channel: 'deadletters' as const, payload: new Uint8Array(5_000) };
      const all = [...letters.slice(0, 10), large, ...letters.slice(10)];
      const outcomes = await Promise.allSettled(all.map((letter) => bus.sink.publish([letter])));
      expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1);
      expect(outcomes[10]).toMatchObject({ status: 'rejected', reason: { code: 'bus_refused' } });
      expect(new Set((await scene.texts('deadletters')).flat())).toEqual(new Set(numbers(20)));
    });

    describe.each([
      ['short cuts of the link, which the client gets over by itself', 75, 3],
      ['one that outlasts its patience', 2_500, 1],
    ])('through %s', (_, cutMs, cuts) => {
      test(
        'everything arrives, and each call in its order',
        async () => {
          const proxy = await scene.proxy();
          const bus = await scene.connect({ connection: through(proxy) });
          const settings = { ...DEFAULT_OUTBOX_SETTINGS, maxBatchMessages: 5, backoff: { firstMs: 5, maxMs: 50 } };
          const outbox = new Outbox(bus.sink, { onTrouble: () => {}, settings });
          const calls = callSids(3);
          const publishing: Promise<void>[] = [];
          for (const text of numbers(20 * cuts)) {
            for (const callSid of calls) publishing.push(outbox.publish(eventOf(callSid, `${callSid}/${text}`)));
            await sleep(10);
            if (Number(text) % 20 !== 10) continue;
            proxy.cut();
            await sleep(cutMs);
            proxy.restore();
          }
          await Promise.all(publishing);
          const texts = (await scene.texts('events')).flat();
          for (const callSid of calls) {
            const ofCall = texts.filter((text) => text.startsWith(`${callSid}/`));
            expect([...new Set(ofCall)]).toEqual(numbers(20 * cuts).map((text) => `${callSid}/${text}`));
          }
          // What the client sends again is written once; what is given to another producer may be there twice.
          expect(outbox.retries > 0 || texts.length === publishing.length).toBe(true);
          expect(outbox.failed).toBe(0);
          await outbox.close(1_000);
        },
        LONG_MS,
      );
    });
  });

  test('a cluster that is not there is tried for as long as told, and then reported', async () => {
    const connection = { brokers: ['127.0.0.1:1'] };
    expect(await refusalOf(scene.connect({ connection, connectWithinMs: 300 }))).toMatchObject({
      code: 'bus_unavailable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });
});

async function topicSetting(admin: KafkaScene['admin'], name: string, setting: string): Promise<string | undefined> {
  const resource = { type: kafkajs.ConfigResourceTypes.TOPIC, name, configNames: [setting] };
  const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [resource] });
  return resources[0]?.configEntries[0]?.configValue;
}
