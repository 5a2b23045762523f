import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandResult } from '@jambus/schema';
import { connect, type NatsConnection, type Subscription } from 'nats';
import { describeWithNats, type NatsServer } from '../brokers/nats/index.ts';
import { describeWithBroker } from '../brokers/provisioning/describe-with-broker.ts';
import { freePort } from '../brokers/provisioning/free-port.ts';
import { eventually } from '../e2e/cluster-harness.ts';
import { REPOSITORY } from '../fixtures/repository.ts';
import { type SimulatedCall, startCall } from '../simulator/index.ts';
import { type ComposeFile, readCompose } from './compose/read-compose.ts';
import { checkOf, type RunningService, startService } from './compose/run-layout.ts';
import { findSandbox } from './container/sandbox.ts';
import { type Container, startContainer } from './container/start-container.ts';
import { createImageBuilder, type ImageBuilder } from './image/build-image.ts';
import { type Dockerfile, readDockerfile } from './image/dockerfile.ts';
import { imageConfig } from './image/image-config.ts';

/*
 * No engine here: the steps of the Dockerfile are run one by one, and what comes of them is started in namespaces of its own as
 * the Dockerfile says: its command, its user, its environment, as process 1, on a file system that cannot be written to.
 */

const SECRETS = {
  JAMBUS_LINK_TOKEN: 'a-token-for-tests-only',
  JAMBUS_NATS_PASSWORD: '4e2f-$HOME#{',
  JAMBUS_BASIC_AUTH: 'jambonz:password',
};
/** A machine that has none of the packages yet has to fetch them first. */
const BUILD_MS = 300_000;
const TEST_MS = 150_000;

const sandbox = await findSandbox();
let dockerfile: Dockerfile;
let builder: ImageBuilder;

async function build(): Promise<void> {
  dockerfile = await readDockerfile(join(REPOSITORY, 'deploy/Dockerfile'));
  builder = await createImageBuilder(dockerfile, {
    folder: REPOSITORY,
    ignoreFile: join(REPOSITORY, 'deploy/Dockerfile.dockerignore'),
  });
  await builder.root('build');
}

const say = (text: string): object => ({
  type: 'command',
  command: 'redirect',
  queueCommand: true,
  data: [{ verb: 'say', id: 'hello', text }],
});

beforeAll(async () => {
  if (sandbox.available) await build();
}, BUILD_MS);
afterAll(() => builder?.clean(), BUILD_MS);

describeWithBroker('the file system of an image', sandbox, () => {
  test.each(['gateway', 'adapter', 'standalone'])('of %s has nothing that is for development only', async (service) => {
    const found = await packagesIn(await builder.root(service));
    const development = await developmentPackages(service);
    expect(development).toContain('typescript');
    expect(found).toContain('fastify');
    expect(development.filter((name) => found.includes(name))).toEqual([]);
  });

  test('of the gateway has no client of a broker', async () => {
    expect(await packagesIn(await builder.root('gateway'))).not.toContain('nats');
    expect(await packagesIn(await builder.root('adapter'))).toContain('nats');
  });
});

describeWithBroker('a container of the standalone image', sandbox, () => {
  let container: Container | undefined;
  let call: SimulatedCall | undefined;
  afterEach(async () => {
    await call?.abort();
    await container?.remove();
  });

  test(
    'serves a call',
    async () => {
      const [websocket, link, admin] = [await freePort(), await freePort(), await freePort()];
      container = await startContainer({
        root: await builder.root('standalone'),
        config: imageConfig(dockerfile, 'standalone'),
        env: {
          JAMBUS_WEBSOCKET_PORT: String(websocket),
          JAMBUS_LINK_PORT: String(link),
          JAMBUS_ADMIN_PORT: String(admin),
        },
      });
      await healthy(container, `http://127.0.0.1:${admin}/readyz`);
      call = startCall({ url: `ws://127.0.0.1:${websocket}/ivr`, speed: 20 });
      await call.waitFor('session:new');
      const answer = await fetch(`http://127.0.0.1:${admin}/v1/commands/${call.callSid}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(say('hello')),
      });
      expect(await answer.json()).toMatchObject({ callSid: call.callSid, status: 'delivered' });
      await call.waitFor(({ raw }) => raw.includes('"finished","id":"hello"'));
    },
    TEST_MS,
  );
});

/** The names of all packages that pnpm has put there; `@types+ws@8.18.2` is its folder for one. */
async function packagesIn(root: string): Promise<string[]> {
  const folders = await readdir(join(root, 'app/node_modules/.pnpm'));
  return folders.map((folder) => folder.replace('+', '/').replace(/(?<=.)@.*/, ''));
}

async function developmentPackages(service: string): Promise<string[]> {
  const files = ['package.json', `services/${service}/package.json`];
  const manifests = await Promise.all(files.map((file) => readFile(join(REPOSITORY, file), 'utf8')));
  return manifests.flatMap((manifest) => Object.keys((JSON.parse(manifest) as Manifest).devDependencies ?? {}));
}

interface Manifest {
  readonly devDependencies?: Readonly<Record<string, string>>;
}

async function healthy(container: Container, url: string): Promise<void> {
  await eventually(`${url} answers`, async () => {
    if (container.ending !== undefined) throw new Error(`${container.ending}: ${await container.log()}`);
    return await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
  });
}

/** On a machine that is busy with other tests, processes take their time to start. */
const STARTING_MS = 60_000;

await describeWithNats('the containers of compose.yaml', { version: 'newest' }, (nats) => {
  // Nested, so that each of the two that can be missing has its own line.
  describeWithBroker('started as it says', sandbox, () => {
    let compose: ComposeFile;
    let server: NatsServer;
    let nc: NatsConnection;
    let gateway: RunningService;
    let adapters: RunningService[];
    const calls: SimulatedCall[] = [];

    beforeAll(async () => {
      compose = await readCompose(join(REPOSITORY, 'deploy/compose.yaml'), SECRETS);
      server = await nats.start({ config: await authorization(compose) });
      nc = await connect({ servers: server.url, user: 'jambus', pass: SECRETS.JAMBUS_NATS_PASSWORD });
      const running = new Map([['nats', new Map([[4222, server.port]])]]);
      const start = (name: string) => startService(name, serviceOf(name), { dockerfile, builder, running });
      gateway = await start('gateway');
      running.set('gateway', new Map(gateway.ports));
      adapters = [];
      for (let n = 0; n < (serviceOf('adapter').deploy?.replicas ?? 1); n += 1) adapters.push(await start('adapter'));
      await eventually(
        'every container is healthy',
        async () => {
          const checks = [gateway, ...adapters].map((service) =>
            healthOf(service, serviceOf(service.service).healthcheck?.test),
          );
          return (await Promise.all(checks)).every(({ code }) => code === 0);
        },
        STARTING_MS,
      );
    }, TEST_MS);

    afterAll(async () => {
      await Promise.all(calls.map((call) => call.abort()));
      for (const service of [...(adapters ?? []), gateway]) await service?.container.remove();
      await nc?.close();
      await server?.stop();
    });

    const serviceOf = (name: string) => {
      const service = compose.services[name];
      if (service === undefined) throw new Error(`compose.yaml has no service ${name}`);
      return service;
    };
    const healthOf = (service: RunningService, check: readonly string[] = []) =>
      service.container.exec(checkOf(check, service));

    async function servedCall(): Promise<SimulatedCall> {
      const call = startCall({
        url: `ws://${SECRETS.JAMBUS_BASIC_AUTH}@127.0.0.1:${gateway.ports.get(3000)}/ivr`,
        speed: 20,
        callSid: randomUUID(),
      });
      calls.push(call);
      const results = nc.subscribe(`jambonz.results.${call.callSid}`);
      await call.waitFor('session:new');
      nc.publish(`jambonz.commands.${call.callSid}`, JSON.stringify(say('hello')));
      await delivered(results);
      await call.waitFor(({ raw }) => raw.includes('"finished","id":"hello"'), 10_000);
      return call;
    }

    test(
      'there are two adapters, and a call is served',
      async () => {
        expect(adapters).toHaveLength(2);
        await servedCall();
      },
      TEST_MS,
    );

    test('nobody gets to the bus without the password', async () => {
      await expect(connect({ servers: server.url })).rejects.toThrow(/authorization/i);
      await expect(connect({ servers: server.url, user: 'jambus', pass: 'guessed' })).rejects.toThrow(/authorization/i);
    });

    test(
      "the images' own health checks pass, and fail where nothing listens",
      async () => {
        for (const service of [gateway, ...adapters]) {
          const { healthcheck } = imageConfig(dockerfile, service.service);
          expect(await healthOf(service, healthcheck)).toMatchObject({ code: 0 });
          const elsewhere = healthcheck.map((word) => word.replace(/:\d+\//, ':9/'));
          expect(await service.container.exec(elsewhere)).toMatchObject({ code: 1 });
        }
      },
      TEST_MS,
    );

    test(
      'processes are the first of their container, of no privileged user, and cannot write anywhere',
      async () => {
        for (const { container } of [gateway, ...adapters]) {
          const status = await readFile(`/proc/${container.pid}/status`, 'utf8');
          expect(field(status, 'Uid')).toBe('10001\t10001\t10001\t10001');
          expect(field(status, 'Groups')).toBe('');
          expect([field(status, 'CapEff'), field(status, 'NoNewPrivs')]).toEqual(['0000000000000000', '1']);
          expect(field(status, 'NSpid')).toMatch(/\t1$/);
          expect(await mountOptions(container.pid, '/')).toMatch(/^ro,/);
          for (const path of ['/app/dist/main.js', '/tmp/x', '/x']) {
            const write = `require('fs').writeFileSync(${JSON.stringify(path)}, '')`;
            expect((await container.exec(['node', '-e', write])).output).toMatch(/EROFS|EACCES|ENOENT/);
          }
        }
      },
      TEST_MS,
    );

    test(
      'an adapter that is stopped leaves in order, and the other serves the next call',
      async () => {
        const [first] = adapters;
        expect(await first?.container.stop(20_000)).toBe('exit code 0');
        await servedCall();
      },
      TEST_MS,
    );

    test(
      'a gateway that is stopped moves its calls and leaves in order, within the time it is given',
      async () => {
        const call = await servedCall();
        const seconds = Number.parseInt(serviceOf('gateway').stop_grace_period ?? '', 10);
        expect(await gateway.container.stop(seconds * 1000)).toBe('exit code 0');
        expect(await gateway.container.log()).toContain('"drained"');
        expect(call.received.map(({ message }) => message?.['type'])).not.toContain('call:status');
      },
      TEST_MS,
    );
  });
});

/** What of NATS' configuration says who may do what, with its variables; where it listens is the tests' to say. */
async function authorization({ configs, services }: ComposeFile): Promise<string> {
  const text = await readFile(join(REPOSITORY, 'deploy', configs['nats']?.file ?? ''), 'utf8');
  const block = /^authorization \{\n[^}]*\n\}/m.exec(text)?.[0];
  if (block === undefined) throw new Error('the configuration of nats lets everybody in');
  return block.replaceAll(/\$(\w+)/g, (_, name: string) => services['nats']?.environment?.[name] ?? '');
}

/** Resolves when the command is delivered. What it started may be known sooner, through the other adapter. */
async function delivered(results: Subscription): Promise<void> {
  for await (const message of results) {
    const result = message.json<CommandResult>();
    if (result.status === 'delivered') return;
    if (result.status === 'rejected') throw new Error(`rejected: ${result.code} ${result.detail ?? ''}`);
  }
  throw new Error('the subscription has ended');
}

async function mountOptions(pid: number, path: string): Promise<string> {
  const mounts = (await readFile(`/proc/${pid}/mountinfo`, 'utf8')).split('\n').map((line) => line.split(' '));
  return mounts.find(([, , , , where]) => where === path)?.[5] ?? 'not mounted';
}

function field(status: string, name: string): string {
  return new RegExp(`^${name}:[ \\t]*(.*?)[ \\t]*$`, 'm').exec(status)?.[1] ?? `no ${name}`;
}
