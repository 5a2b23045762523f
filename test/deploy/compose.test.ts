import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { AdapterConfig, GatewayConfig, loadConfig } from '@jambus/schema';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { REPOSITORY } from '../fixtures/repository.ts';
import { type ComposeFile, type ComposeService, interpolate, readCompose } from './compose/read-compose.ts';
import { located } from './compose/run-layout.ts';
import { type Dockerfile, readDockerfile } from './image/dockerfile.ts';
import { imageConfig } from './image/image-config.ts';
import { type ServiceName, settingsIn, settingsOf, stopsWithinMs } from './settings.ts';

const PATH = join(REPOSITORY, 'deploy/compose.yaml');
const SECRETS = {
  JAMBUS_LINK_TOKEN: 'a-token-for-tests-only',
  JAMBUS_NATS_PASSWORD: 'secret',
  JAMBUS_BASIC_AUTH: 'jambonz:password',
};
const OURS = ['gateway', 'adapter'] as const;

let compose: ComposeFile;
let dockerfile: Dockerfile;
beforeAll(async () => {
  compose = await readCompose(PATH, SECRETS);
  dockerfile = await readDockerfile(join(REPOSITORY, 'deploy/Dockerfile'));
});

const service = (name: string): ComposeService => compose.services[name] ?? {};

test('it is what the Compose specification allows', async () => {
  // The linter is there for the schema that it carries; most of its own rules are matters of taste.
  const schema = join(
    dirname(createRequire(import.meta.url).resolve('dclint/package.json')),
    'schemas/compose.schema.json',
  );
  const ajv = new Ajv({ strict: false, validateSchema: false, formats: { duration: true } });
  const validate = ajv.compile(JSON.parse(await readFile(schema, 'utf8')));
  validate(parse(await readFile(PATH, 'utf8'), { merge: true }));
  expect(validate.errors).toBeNull();
  expect(validate({ services: { gateway: { read_ony: true } } })).toBe(false);
});

test.each(Object.keys(SECRETS))('it does not start without %s, and says what is missing', async (name) => {
  const without = { ...SECRETS, [name]: '' };
  await expect(readCompose(PATH, without)).rejects.toThrow(
    /JAMBUS_\w+ is missing a value: is not set.*; make one with/,
  );
  await expect(readCompose(PATH, without)).rejects.toThrow(name);
});

test('a variable is put in as docker compose does it', () => {
  const put = (text: string) => interpolate(text.replaceAll('%', '$'), { A: 'a' });
  expect(['%{A}', '%{A:-b}', '%{A:?no}', '%{B:-b}', '%{B}'].map(put)).toEqual(['a', 'a', 'a', 'b', '']);
  expect(['%{B:-%{A}}', '%{B:-%{B:-c}}', '%{A:-%{B:?no}}'].map(put)).toEqual(['a', 'c', 'a']);
  expect(put('%%{A}')).toBe('%{A}'.replace('%', '$'));
  expect(() => put('%{B:?is not set}')).toThrow('B is missing a value: is not set');
  expect(() => put('%{C:-%{B:?is not set}}')).toThrow('B is missing a value: is not set');
});

describe.each(['nats', ...OURS])('%s', (name) => {
  test('has no more rights than it needs, and comes back when it dies', () => {
    expect(service(name)).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      restart: 'unless-stopped',
    });
  });

  test('has a health check', () => {
    expect(service(name).healthcheck?.test[0]).toBe('CMD');
  });
});

describe.each(OURS)('the settings of %s', (name) => {
  test('are settings of it, and ones that it starts with', () => {
    const environment = service(name).environment ?? {};
    expect([...settingsOf(name).keys()]).toEqual(expect.arrayContaining(Object.keys(environment)));
    const schema = name === 'gateway' ? GatewayConfig : AdapterConfig;
    expect(() => loadConfig(schema, { ...imageConfig(dockerfile, name).env, ...environment })).not.toThrow();
  });

  test('leave it the time to stop by itself', () => {
    const { stop_grace_period: grace = '0s', environment = {} } = service(name);
    expect(grace).toMatch(/^\d+s$/);
    expect(Number.parseInt(grace, 10) * 1000).toBeGreaterThanOrEqual(stopsWithinMs(name, environment));
  });
});

test('every word in it that looks like a setting is one', async () => {
  const all = new Set((['gateway', 'adapter'] as ServiceName[]).flatMap((name) => [...settingsOf(name).keys()]));
  for (const file of ['compose.yaml', 'Dockerfile']) {
    const text = await readFile(join(REPOSITORY, 'deploy', file), 'utf8');
    expect(settingsIn(text).filter((name) => !all.has(name))).toEqual([]);
  }
});

test('addresses are of services that have such a port', async () => {
  const running = new Map(OURS.map((name) => [name as string, portMap(imageConfig(dockerfile, name).ports)]));
  running.set('nats', portMap([4222]));
  const { JAMBUS_GATEWAYS: gateways = '', JAMBUS_NATS_URL: nats = '' } = service('adapter').environment ?? {};
  expect([located(gateways, running), located(nats, running)]).toEqual([
    'dns+ws://localhost:3001',
    'nats://localhost:4222',
  ]);
  expect(await natsConfiguration()).toContain('listen: "0.0.0.0:4222"');
});

test('health checks ask a port that the service listens on whether it is ready', () => {
  for (const name of OURS) {
    const url = service(name).healthcheck?.test.at(-1) ?? '';
    const [, port] = /^http:\/\/127\.0\.0\.1:(\d+)\/readyz$/.exec(url) ?? [];
    expect(imageConfig(dockerfile, name).ports).toContain(Number(port));
  }
});

test('nothing is open to the outside unless somebody says on which address, and to this machine websockets and bus', async () => {
  const published = Object.fromEntries(
    Object.entries(compose.services).map(([name, { ports }]) => [name, ports ?? []]),
  );
  expect(published).toEqual({
    nats: ['127.0.0.1:4222:4222'],
    kafka: ['127.0.0.1:9092:9094'],
    gateway: ['127.0.0.1:3000:3000'],
    adapter: [],
    'adapter-kafka': [],
  });
  const open = await readCompose(PATH, { ...SECRETS, PUBLISH_ADDRESS: '0.0.0.0' });
  expect(open.services['gateway']?.ports).toEqual(['0.0.0.0:3000:3000']);
});

test('the gateway does not reach the bus, and each pair that has to talk shares a network', () => {
  const shared = (one: string, other: string) =>
    (service(one).networks ?? []).filter((network) => service(other).networks?.includes(network));
  for (const [adapter, bus] of [
    ['adapter', 'nats'],
    ['adapter-kafka', 'kafka'],
  ] as const) {
    expect([shared('gateway', bus), shared('gateway', adapter), shared(adapter, bus)]).toEqual([[], ['link'], ['bus']]);
  }
  expect(Object.keys(compose.networks)).toEqual(['edge', 'bus', 'link']);
  expect(compose.networks['link']).toEqual({ internal: true });
});

test('an adapter starts when NATS is ready, and does not wait for a gateway that waits for it', () => {
  expect(service('adapter').depends_on).toEqual({
    nats: { condition: 'service_healthy' },
  });
  expect(service('gateway').depends_on).toBeUndefined();
});

test('what NATS keeps is on a volume, and its image is one version', async () => {
  const [volume] = service('nats').volumes ?? [];
  expect(await natsConfiguration()).toContain(`store_dir: "${volume?.target}"`);
  expect(Object.keys(compose.volumes)).toContain(volume?.source);
  expect(service('nats').image).toMatch(/:\d+\.\d+\.\d+-alpine(?:@sha256:[0-9a-f]{64})?$/);
});

function natsConfiguration(): Promise<string> {
  return readFile(join(dirname(PATH), compose.configs['nats']?.file ?? ''), 'utf8');
}

function portMap(ports: readonly number[]): ReadonlyMap<number, number> {
  return new Map(ports.map((port) => [port, port]));
}
