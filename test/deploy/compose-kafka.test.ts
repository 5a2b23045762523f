import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type BrokerAddress, connectKafkaBus, type KafkaSasl } from '@jambus/bus';
import { connectKafkaClient } from '@jambus/client/kafka';
import { AdapterConfig, loadConfig } from '@jambus/schema';
import { describeWithKafka, type KafkaBroker } from '../brokers/kafka/index.ts';
import { freePort } from '../brokers/provisioning/free-port.ts';
import { REPOSITORY } from '../fixtures/repository.ts';
import { type ComposeFile, type ComposeService, readCompose } from './compose/read-compose.ts';
import { readDockerfile } from './image/dockerfile.ts';
import { imageConfig } from './image/image-config.ts';
import { settingsOf, stopsWithinMs } from './settings.ts';

const PATH = join(REPOSITORY, 'deploy/compose.yaml');
const SECRETS = {
  JAMBUS_LINK_TOKEN: 'a-token-for-tests-only',
  JAMBUS_KAFKA_PASSWORD: '42k-$HOME#{',
  JAMBUS_BASIC_AUTH: 'jambonz:password',
};

let compose: ComposeFile;
let properties: Readonly<Record<string, string>>;
beforeAll(async () => {
  compose = await readCompose(PATH, SECRETS);
  // A file, as Compose cannot put a text of its own into a container whose file system is read-only.
  properties = propertiesIn(await readFile(join(dirname(PATH), compose.configs['kafka']?.file ?? ''), 'utf8'));
});

const service = (name: string): ComposeService => compose.services[name] ?? {};

test('Kafka and its adapters are there for who asks for them, and the rest for everybody', () => {
  const profiles = Object.entries(compose.services).map(([name, { profiles: of = [] }]) => [name, of]);
  expect(Object.fromEntries(profiles)).toEqual({
    nats: [],
    gateway: [],
    adapter: [],
    kafka: ['kafka'],
    'adapter-kafka': ['kafka'],
  });
  // So naming these adapters starts everything they need.
  expect(service('adapter-kafka').depends_on).toEqual({
    kafka: { condition: 'service_healthy' },
  });
});

test.each(['kafka', 'adapter-kafka'])(
  '%s has no more rights than it needs, comes back, and has a health check',
  (name) => {
    expect(service(name)).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      restart: 'unless-stopped',
      healthcheck: { test: expect.arrayContaining(['CMD']) },
    });
  },
);

test('its adapters differ from those of NATS in the bus alone', async () => {
  const { environment: ofNats, depends_on: _, ...nats } = service('adapter');
  const { environment = {}, depends_on: __, profiles: ___, ...kafka } = service('adapter-kafka');
  expect(kafka).toEqual(nats);
  const apart = (settings: Readonly<Record<string, string>> = {}) =>
    Object.fromEntries(
      Object.entries(settings).filter(([name]) => !/_(?:BUS|NATS|KAFKA)\b|_(?:NATS|KAFKA)_/.test(name)),
    );
  expect(apart(environment)).toEqual(apart(ofNats));
  expect([...settingsOf('adapter').keys()]).toEqual(expect.arrayContaining(Object.keys(environment)));
  const image = imageConfig(await readDockerfile(join(REPOSITORY, 'deploy/Dockerfile')), 'adapter');
  expect(loadConfig(AdapterConfig, { ...image.env, ...environment })).toMatchObject({
    bus: 'kafka',
    kafkaBrokers: ['kafka:9092'],
    kafkaUser: 'jambus',
    kafkaPassword: SECRETS.JAMBUS_KAFKA_PASSWORD,
  });
  expect(Number.parseInt(kafka.stop_grace_period ?? '', 10) * 1000).toBeGreaterThanOrEqual(
    stopsWithinMs('adapter', environment),
  );
});

test('either password does for both buses, and without one it does not start', async () => {
  const { JAMBUS_KAFKA_PASSWORD: password, ...others } = SECRETS;
  const { services } = await readCompose(PATH, { ...others, JAMBUS_NATS_PASSWORD: password });
  expect(services['adapter-kafka']?.environment).toMatchObject({ JAMBUS_KAFKA_PASSWORD: password });
  expect(service('adapter').environment).toMatchObject({ JAMBUS_NATS_PASSWORD: password });
  await expect(readCompose(PATH, others)).rejects.toThrow('JAMBUS_NATS_PASSWORD; make one with');
});

test('Kafka is told to come back the way one came, and only to this machine from the outside', () => {
  const { listeners, 'advertised.listeners': advertised } = properties;
  expect(advertised).toBe('BUS://kafka:9092,HOST://127.0.0.1:9092,SELF://127.0.0.1:9095');
  expect(listeners).toContain('BUS://0.0.0.0:9092');
  expect(listeners).toContain('HOST://0.0.0.0:9094');
  expect(service('kafka')).toMatchObject({ ports: ['127.0.0.1:9092:9094'], networks: ['bus'] });
});

test('what Kafka keeps is on a volume, and its image is one version', () => {
  const [volume] = service('kafka').volumes ?? [];
  expect(properties['log.dirs']).toBe(volume?.target);
  expect(Object.keys(compose.volumes)).toContain(volume?.source);
  expect(service('kafka').image).toMatch(/^docker\.io\/apache\/kafka:\d+\.\d+\.\d+(?:@sha256:[0-9a-f]{64})?$/);
  // 16 bytes, as Kafka writes them.
  const id = service('kafka').environment?.['CLUSTER_ID'] ?? '';
  expect(Buffer.from(id, 'base64url').toString('base64url')).toBe(id);
  expect(Buffer.from(id, 'base64url')).toHaveLength(16);
});

await describeWithKafka('a broker with the settings of compose.yaml', { version: 'newest' }, (kafka) => {
  const whenOurs = kafka.ours ? test : test.skip;
  const ports = { bus: 0, host: 0 };
  let broker: KafkaBroker | undefined;

  afterAll(() => broker?.stop());

  /** Of the listeners, where they are here. */
  const addressOf = ({ host, port }: BrokerAddress): BrokerAddress => ({
    host: '127.0.0.1',
    port: host === 'kafka' ? ports.bus : port === 9092 ? ports.host : port,
  });
  const sasl = (password: string): KafkaSasl => ({ mechanism: 'plain', user: 'jambus', password });

  whenOurs(
    'lets in who has the password, adapters and microservices, and nobody else',
    async () => {
      const [port, controller] = [await freePort(), await freePort()];
      Object.assign(ports, { bus: await freePort(), host: await freePort() });
      const { listeners = '', 'controller.quorum.voters': voters = '', 'log.dirs': _, ...rest } = properties;
      const places = { 9092: ports.bus, 9093: controller, 9094: ports.host, 9095: port };
      const here = (text: string) =>
        Object.entries(places).reduce((sum, [from, to]) => sum.replaceAll(`:${from}`, `:${to}`), text);
      broker = await kafka.start({
        port,
        environment: { KAFKA_PASSWORD: service('kafka').environment?.['KAFKA_PASSWORD'] ?? '' },
        properties: {
          ...rest,
          listeners: here(listeners.replaceAll('0.0.0.0', '127.0.0.1')),
          'advertised.listeners': (rest['advertised.listeners'] ?? '').replace(':9095', `:${port}`),
          'controller.quorum.voters': here(voters),
        },
      });
      const password = SECRETS.JAMBUS_KAFKA_PASSWORD;
      const bus = await connectKafkaBus({
        connection: { brokers: ['kafka:9092'], sasl: sasl(password), addressOf },
        onTrouble: () => {},
      });
      const outside = { brokers: ['127.0.0.1:9092'], addressOf };
      await expect(connectKafkaClient({ ...outside, sasl: sasl('guessed') })).rejects.toMatchObject({
        code: 'bus_refused',
      });
      await expect(connectKafkaClient({ ...outside, connectWithinMs: 1 })).rejects.toThrow();
      const client = await connectKafkaClient({ ...outside, sasl: sasl(password) });
      await client.events.subscribe({ durable: 'ivr' }).ready();
      await client.close();
      await bus.close();
    },
    60_000,
  );
});

/** Of a Java properties file, as far as one here goes. */
function propertiesIn(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line.includes('=') && !line.startsWith('#'));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}
