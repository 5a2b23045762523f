import type { Bus, KafkaBusOptions } from '@jambus/bus';
import type { JambusClient } from '@jambus/client';
import { connectKafkaClient } from '@jambus/client/kafka';
import kafkajs, { type Kafka } from 'kafkajs';
import { describeWithKafka, type KafkaBroker } from '../brokers/kafka/index.ts';
import { eventually, handleOn, LONG_MS } from './driver-support.ts';
import { SESSION_MS, SHORT_SESSIONS } from './kafka-harness.ts';
import { message, operatorSteps, resultsOn, workAsAdapter, workAsService } from './kafka-rights-work.ts';
import { aclOf, ROLES, type Role, type Rule, rulesOf } from './kafka-rules.ts';
import { type KafkaScene, openKafkaScene } from './kafka-scene.ts';

const GUARDED = {
  'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'super.users': 'User:ANONYMOUS',
};
const PASSWORD = 'secret';
const TOPICS = { partitions: 1 };
const CALL = 'fea06c16-2b4c-4f2b-9f4e-2a8d0d3d9a51';
const SAY = { type: 'command', command: 'redirect', data: [{ verb: 'say', text: 'hello' }] } as const;

/* The rights of deploy/kafka/acls.sh, as they stand: with them everything works, and each of them is needed. */
await describeWithKafka('the rights on Kafka', { version: 'newest' }, (kafka) => {
  if (!kafka.ours) return test.skip('are given on a broker that is started here', () => {});
  let broker: KafkaBroker;
  let scene: KafkaScene;
  let cases = 0;
  const ending: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    const users = { ...Object.fromEntries(ROLES.map((role) => [user(role), PASSWORD])), other: PASSWORD };
    broker = await kafka.start({ security: { users }, properties: { ...SHORT_SESSIONS, ...GUARDED } });
  }, LONG_MS);
  beforeEach(async () => {
    scene = await openKafkaScene(broker.port, `rights${++cases}`);
  }, LONG_MS);
  afterEach(async () => {
    for (const end of ending.splice(0).reverse()) await end();
    const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;
    const resourcePatternType = ResourcePatternTypes.ANY;
    const any = { resourceType: AclResourceTypes.ANY, resourcePatternType, operation: AclOperationTypes.ANY };
    await scene.admin.deleteAcls({ filters: [{ ...any, permissionType: AclPermissionTypes.ANY }] });
    await scene.close();
  }, LONG_MS);
  afterAll(() => broker.stop());

  const signedIn = (role: Role | 'other') => ({
    brokers: broker.secured?.brokers ?? [],
    sasl: { mechanism: 'plain' as const, user: role === 'other' ? role : user(role), password: PASSWORD },
  });
  const give = (rules: readonly Rule[], to: string) =>
    scene.admin.createAcls({ acl: rules.map((rule) => aclOf(rule, to)) });
  const connectBus = async (role: Role, options: Partial<KafkaBusOptions> = {}): Promise<Bus> => {
    const topics = { ...TOPICS, create: role === 'adapter' };
    const bus = await scene.connect({ connection: signedIn(role), topics, connectWithinMs: 5_000, ...options });
    ending.push(() => bus.close());
    return bus;
  };
  const connectClient = async (prefix = scene.names.prefix, as: Role | 'other' = 'microservice', own = prefix) => {
    const client = await connectKafkaClient({
      ...signedIn(as),
      prefix,
      clientId: `${own}-service`,
      sessionMs: SESSION_MS,
      drainMs: 500,
      connectWithinMs: 8_000,
    });
    ending.push(() => client.close());
    return client;
  };
  const asOperator = (): Kafka =>
    new kafkajs.Kafka({
      brokers: [...signedIn('operator').brokers],
      sasl: { mechanism: 'plain', username: user('operator'), password: PASSWORD },
      retry: { retries: 3, initialRetryTime: 50 },
      logLevel: kafkajs.logLevel.NOTHING,
    });
  /** An adapter that may do everything. */
  const startSuperAdapter = async (): Promise<Bus> => {
    const bus = await scene.connect({ topics: TOPICS });
    const { end } = handleOn(bus, resultsOn(bus));
    ending.push(end);
    return bus;
  };

  test.each(['adapter', 'adapter-fixed'] as const)(
    'of %s, microservice and operator are enough for all that they do, also when adapters come and go',
    async (role) => {
      const { names, troubles } = scene;
      const { prefix } = names;
      for (const each of [role, 'microservice', 'operator'] as const) await give(rulesOf(each, prefix), user(each));
      if (role === 'adapter-fixed') await (await scene.connect({ topics: { partitions: 2 } })).close();
      let first: Bus | undefined;
      await eventually(async () => {
        first = await connectBus(role, { topics: { create: role === 'adapter', partitions: 2 } });
      });
      if (first === undefined) throw new Error('not connected');
      const working = handleOn(first, resultsOn(first));
      const client = await connectClient();
      const send = () => client.commands.send(CALL, SAY);
      expect(await send()).toMatchObject({ status: 'delivered' });
      const events = [client.events.subscribe(), client.events.subscribe({ durable: `${prefix}-service-greeter` })];
      await Promise.all(events.map((subscription) => subscription.ready()));
      await first.sink.publish([message('events', CALL)]);
      for (const subscription of events) expect(await firstOf(subscription)).toMatchObject({ callSid: CALL });
      // A second adapter takes its share, and then all.
      const second = await connectBus(role, { topics: { create: false, partitions: 2 } });
      const taking = handleOn(second, resultsOn(second));
      expect(await send()).toMatchObject({ status: 'delivered' });
      await working.end();
      await first.close();
      expect(await send()).toMatchObject({ status: 'delivered' });
      expect(taking.handled.length).toBeGreaterThan(0);
      await scene.send(CALL, 'none');
      await eventually(async () => expect((await scene.texts('deadletters')).flat()).toEqual(['none']));
      expect(await second.history.pastOf(CALL, 0)).toMatchObject({ sequence: 1 });
      for (const step of operatorSteps(asOperator(), names).values()) await step();
      expect(troubles.filter(({ kind }) => kind !== 'broker_failed')).toEqual([]);
      await taking.end();
    },
    2 * LONG_MS,
  );

  test(
    'of one application let it neither command nor hear another one',
    async () => {
      const { prefix } = scene.names;
      const other = `other-${prefix}`;
      await startSuperAdapter();
      await give(rulesOf('microservice', prefix), user('microservice'));
      await give(rulesOf('microservice', other), 'other');
      await eventually(async () => expect(await (await connectClient()).commands.send(CALL, SAY)).toBeDefined());
      await expect(connectClient(prefix, 'other', other)).rejects.toMatchObject({
        code: 'bus_refused',
        message: expect.stringContaining(`the right Read on topic ${prefix}.results is missing`),
      });
      // Nor with the groups of the other one.
      await expect(connectClient(prefix, 'other', prefix)).rejects.toMatchObject({ code: 'bus_refused' });
    },
    LONG_MS,
  );

  const needed = ROLES.flatMap((role) =>
    rulesOf(role, 'PREFIX').map(({ operation, kind, name }, index) => ({
      role,
      index,
      right: `${operation} on ${kind} ${name}`,
    })),
  );

  test.each(needed)(
    '$role without $right: the one that is missing is named, with what gives it',
    async ({ role, index }) => {
      const { names, troubles } = scene;
      const rules = rulesOf(role, names.prefix);
      const missing = rules[index];
      if (missing === undefined) throw new Error('the script gives other rights each time');
      await give(
        rules.filter((rule) => rule !== missing),
        user(role),
      );
      const { operation, kind, name } = missing;
      if (role === 'operator') {
        await startSuperAdapter();
        const steps = operatorSteps(asOperator(), names);
        await eventually(async () => {
          const refused: string[] = [];
          for (const [right, step] of steps) await step().catch(() => refused.push(right));
          // Kafka's own tools say what they were refused.
          const own = `${operation} ${kind} ${name}`;
          expect(refused).toContain(own);
          // A group is read with its topic, and positions are looked at with theirs, which Write brings.
          const reading = [`Read topic ${names.deadletters}`, `Read group ${names.prefix}-operator`];
          const looking = [`Describe group ${names.commands}.adapters`];
          const also = operation === 'Read' ? reading : operation === 'Write' ? looking : [];
          expect(refused.filter((right) => right !== own && !also.includes(right))).toEqual([]);
        });
        return;
      }
      const said: string[] = [];
      const tell = (text: string) => said.push(text);
      if (role !== 'adapter') await startSuperAdapter();
      await eventually(async () => {
        said.length = 0;
        troubles.length = 0;
        if (role === 'microservice') await serve(tell);
        else await adapt(role, tell);
        const lines = [
          ...said,
          ...troubles.map((trouble) =>
            'error' in trouble ? String(trouble.error) : 'detail' in trouble ? trouble.detail : '',
          ),
        ];
        const named = new RegExp(`kafka-acls.sh .*--operation ${operation} .*--${kind} ${name}`);
        expect(lines.filter((line) => named.test(line))).not.toEqual([]);
      });
    },
    2 * LONG_MS,
  );

  const serve = async (tell: (text: string) => void): Promise<void> => {
    let client: JambusClient | undefined;
    try {
      client = await connectClient();
      await workAsService(client, `${scene.names.prefix}-service-greeter`, tell);
    } catch (error) {
      tell(String(error));
    }
    await client?.close();
  };
  const adapt = async (role: Role, tell: (text: string) => void): Promise<void> => {
    try {
      const bus = await connectBus(role);
      await scene.send('call', 'none');
      const dead = () => scene.troubles.some(({ kind }) => kind === 'dead_letter_failed');
      await workAsAdapter(bus, tell, dead);
      await bus.close();
    } catch (error) {
      tell(String(error));
    }
  };
});

function user(role: Role): string {
  return role.replaceAll('-', '');
}

async function firstOf<Item>(items: AsyncIterable<Item>): Promise<Item | undefined> {
  for await (const item of items) return item;
  return undefined;
}
