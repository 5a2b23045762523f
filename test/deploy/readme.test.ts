import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describeWithBroker } from '../brokers/provisioning/describe-with-broker.ts';
import { runCommand } from '../brokers/provisioning/run-command.ts';
import { REPOSITORY } from '../fixtures/repository.ts';
import { readCompose } from './compose/read-compose.ts';
import { readDockerfile, stageNamed } from './image/dockerfile.ts';
import { findKustomize } from './kubernetes/find-kustomize.ts';
import { type Container, type Manifest, render, servicesOf, workloadsOf } from './kubernetes/manifests.ts';
import { validatorFor } from './kubernetes/validate.ts';

/*
 * The commands of deploy/README.md as they are written there, in a copy of deploy/. There is no engine and no cluster, so docker,
 * kubectl and npx only note what they were called with; what that would have come to is looked at here.
 */

interface Invocation {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const NOTE = `#!/usr/bin/env node
const { appendFileSync } = require('node:fs');
const { basename } = require('node:path');
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('JAMBUS_')));
const program = basename(process.argv[1]);
appendFileSync(process.env.NOTES, JSON.stringify({ program, args: process.argv.slice(2), env }) + '\\n');
if (program === 'openssl') console.log('0123456789abcdef'.repeat(3));
`;
const RUN_MS = 60_000;
const NEWEST = '1.37.0';

const kustomize = await findKustomize();
let folder: string;
let invocations: Invocation[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jambus-readme-'));
  await cp(join(REPOSITORY, 'deploy'), join(folder, 'deploy'), { recursive: true });
  const readme = await readFile(join(folder, 'deploy/README.md'), 'utf8');
  for (const { path, text } of filesOf(readme)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  for (const program of ['docker', 'kubectl', 'npx', 'openssl']) {
    await mkdir(join(folder, 'bin'), { recursive: true });
    await writeFile(join(folder, 'bin', program), NOTE);
    await chmod(join(folder, 'bin', program), 0o755);
  }
  const notes = join(folder, 'notes');
  const env = { PATH: `${join(folder, 'bin')}:${process.env['PATH']}`, NOTES: notes };
  const script = ['set -eu', ...blocksOf(readme, 'sh')].join('\n');
  await runCommand('/bin/sh', ['-c', script], { cwd: folder, env, timeoutMs: RUN_MS });
  const lines = (await readFile(notes, 'utf8')).trim().split('\n');
  invocations = lines.map((line) => JSON.parse(line) as Invocation).filter(({ program }) => program !== 'openssl');
}, RUN_MS);
afterAll(() => rm(folder, { recursive: true, force: true }));

const of = (program: string, ...words: readonly string[]) =>
  invocations.filter((each) => each.program === program && words.every((word) => each.args.includes(word)));

/** What follows a word in the arguments. */
const behind = ({ args }: Invocation, word: string): string => args[args.indexOf(word) + 1] ?? '';

test('images are built from stages that there are, and pushed under the names they were given', async () => {
  const dockerfile = await readDockerfile(join(REPOSITORY, 'deploy/Dockerfile'));
  const built = of('docker', 'build');
  expect(built.map((each) => stageNamed(dockerfile, behind(each, '--target')).name)).toEqual(['gateway', 'adapter']);
  for (const each of built) expect([behind(each, '-f'), each.args.at(-1)]).toEqual(['deploy/Dockerfile', '.']);
  const names = built.map((each) => behind(each, '-t'));
  expect(of('docker', 'push').map(({ args }) => args.at(-1))).toEqual(names);
  for (const each of of('docker', 'run')) expect([...names]).toContain(each.args.at(-2));
});

test('compose gets the variables that it does not start without', async () => {
  const [up] = of('docker', 'compose', 'up');
  if (up === undefined) throw new Error('no docker compose up');
  await expect(readCompose(join(folder, behind(up, '-f')), up.env)).resolves.toBeDefined();
});

test('what npx runs is a script of the repository', async () => {
  const { scripts } = JSON.parse(await readFile(join(REPOSITORY, 'package.json'), 'utf8')) as { scripts: object };
  const run = of('npx');
  expect(run.length).toBeGreaterThan(0);
  for (const { args } of run) expect(Object.keys(scripts)).toContain(args[2]);
});

describeWithBroker('what kubectl is told', kustomize, () => {
  const renderedBy = async (path: string): Promise<Manifest[]> => {
    if (!kustomize.available) throw new Error(kustomize.line);
    return await render(kustomize, join(folder, path));
  };

  test(
    'installs in three commands, with an overlay that Kubernetes takes',
    async () => {
      const install = invocations.slice(
        invocations.findIndex(({ args }) => args.includes('-f') && args[0] === 'apply'),
      );
      expect(install.slice(0, 3).map(({ args }) => args.filter((word) => /^(apply|create)$/.test(word)))).toEqual([
        ['apply'],
        ['create'],
        ['apply'],
      ]);
      const [first, , third] = install;
      if (first === undefined || third === undefined) throw new Error('less than three commands');
      expect(await readFile(join(folder, behind(first, '-f')), 'utf8')).toContain('kind: Namespace');
      const manifests = await renderedBy(behind(third, '-k'));
      const validate = await validatorFor(NEWEST);
      expect(manifests.flatMap(validate)).toEqual([]);
      const images = containersOf(manifests).map(({ image }) => image);
      expect(images.sort()).toEqual(
        of('docker', 'push')
          .map(({ args }) => args.at(-1))
          .sort(),
      );
    },
    RUN_MS,
  );

  test('makes every secret that the manifests need, with every key', async () => {
    const given = of('kubectl', 'create', 'secret').map((each) => ({
      name: behind(each, 'generic'),
      keys: each.args.flatMap((word) => /^--from-(?:literal|file)=([\w.-]+)/.exec(word)?.[1] ?? []),
    }));
    const mine = of('kubectl', 'apply', '-k').map((each) => behind(each, '-k'));
    const needed = containersOf(await renderedBy(mine[0] ?? '')).flatMap(({ env = [] }) =>
      env.map(({ valueFrom }) => valueFrom.secretKeyRef).filter(({ optional }) => optional !== true),
    );
    expect(needed.length).toBeGreaterThan(2);
    for (const { name, key } of needed) {
      expect(given).toContainEqual({ name, keys: expect.arrayContaining([key]) });
    }
    // The components for TLS mount the others.
    const mounted = ['nats-tls', 'kafka-tls'].map(async (name) => {
      const component = await readFile(join(folder, `deploy/kubernetes/components/${name}/kustomization.yaml`), 'utf8');
      return /secretName: (\S+)/.exec(component)?.[1];
    });
    expect(given.map(({ name }) => name)).toEqual(['jambus', ...(await Promise.all(mounted))]);
  });

  test(
    'applies and compares overlays that there are',
    async () => {
      const paths = new Set(
        [...of('kubectl', 'apply', '-k'), ...of('kubectl', 'diff', '-k')].map((each) => behind(each, '-k')),
      );
      expect(paths.size).toBe(2);
      for (const path of paths) expect((await renderedBy(path)).length).toBeGreaterThan(10);
    },
    RUN_MS,
  );

  test(
    'may run the adapters of one prefix beside the others: they have its name, the arrows of the network, and nothing twice',
    async () => {
      const [general, sales] = await Promise.all(
        ['mine', 'sales'].map((name) => renderedBy(`deploy/kubernetes/overlays/${name}`)),
      );
      if (general === undefined || sales === undefined) throw new Error('not rendered');
      expect(sales.flatMap(await validatorFor(NEWEST))).toEqual([]);
      expect(sales.map(({ kind }) => kind).sort()).toEqual(['ConfigMap', 'Deployment', 'ServiceAccount']);
      const nameOf = ({ kind, metadata }: Manifest): string => `${kind} ${metadata.name}`;
      expect(general.map(nameOf)).toEqual(expect.not.arrayContaining(sales.map(nameOf)));
      const settings = sales.find(({ kind }) => kind === 'ConfigMap');
      expect(settings).toMatchObject({
        data: { JAMBUS_PREFIX: 'sales', JAMBUS_GATEWAYS: 'dns+ws://jambus-link:3001' },
      });
      const [labels, others] = [sales, general].map((manifests) =>
        workloadsOf(manifests).map(({ spec }) => spec.template.metadata.labels),
      );
      const adapter = { 'app.kubernetes.io/name': 'jambus-adapter' };
      expect(labels).toMatchObject([{ ...adapter, 'app.kubernetes.io/instance': 'sales' }]);
      expect(others).toContainEqual(expect.objectContaining(adapter));
    },
    RUN_MS,
  );

  test('asks for Deployments, Services and pods that there are, in their namespace', async () => {
    const manifests = await renderedBy('deploy/kubernetes/overlays/mine');
    const deployments = workloadsOf(manifests).map(({ metadata }) => `deployment/${metadata.name}`);
    const services = servicesOf(manifests).map(({ metadata }) => `service/${metadata.name}`);
    const labels = workloadsOf(manifests).flatMap(({ spec }) => Object.entries(spec.template.metadata.labels));
    const named = of('kubectl').filter(({ args }) => !/^(apply|diff)$/.test(args[0] ?? ''));
    for (const { args } of named) {
      expect(args.slice(0, 2)).toEqual(['-n', 'jambus']);
      for (const word of args.filter((each) => /^(deployment|service)\//.test(each))) {
        expect([...deployments, ...services]).toContain(word);
      }
      for (const word of args.filter((each) => each.startsWith('--selector='))) {
        expect(labels.map(([key, value]) => `--selector=${key}=${value}`)).toContain(word);
      }
    }
    expect(named.length).toBeGreaterThan(8);
  });
});

function containersOf(manifests: readonly Manifest[]): Container[] {
  return workloadsOf(manifests).flatMap(({ spec }) => spec.template.spec.containers);
}

function blocksOf(readme: string, language: string): string[] {
  return [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, found, text = '']) =>
    found === language ? [text] : [],
  );
}

/** Files that the README tells people to write: the path at the end of a paragraph, then the text. */
function filesOf(readme: string): { readonly path: string; readonly text: string }[] {
  return [...readme.matchAll(/`([\w./-]+)`:\n\n```yaml\n([\s\S]*?)^```$/gm)].map(([, path = '', text = '']) => ({
    path,
    text,
  }));
}
