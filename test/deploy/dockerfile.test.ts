import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { REPOSITORY } from '../fixtures/repository.ts';
import { type Dockerfile, readDockerfile, stageNamed } from './image/dockerfile.ts';
import { imageConfig } from './image/image-config.ts';
import { portsOf, settingsOf } from './settings.ts';

const SERVICES = ['gateway', 'adapter', 'standalone'] as const;

let dockerfile: Dockerfile;
beforeAll(async () => {
  dockerfile = await readDockerfile(join(REPOSITORY, 'deploy/Dockerfile'));
});

test('the base image is a build argument of one full version', () => {
  expect(dockerfile.args['NODE_IMAGE']).toMatch(
    /^docker\.io\/library\/node:\d+\.\d+\.\d+-[a-z]+-slim(?:@sha256:[0-9a-f]{64})?$/,
  );
  expect(stageNamed(dockerfile, 'runtime').base).toBe(dockerfile.args['NODE_IMAGE']);
  expect(stageNamed(dockerfile, 'build').base).toBe(dockerfile.args['NODE_IMAGE']);
});

test('it is built with the pnpm of the README', async () => {
  const readme = await readFile(join(REPOSITORY, 'README.md'), 'utf8');
  const [, pnpm = 'none'] = /npx -y (pnpm@[\d.]+) test/.exec(readme) ?? [];
  const args = stageNamed(dockerfile, 'build').instructions.filter(({ keyword }) => keyword === 'ARG');
  expect(args.map(({ text }) => text)).toEqual([`PNPM="npx -y ${pnpm}"`]);
});

describe.each(SERVICES)('the image of %s', (service) => {
  test('starts node itself, as a numbered user that is not root', () => {
    const { command, user, stopSignal } = imageConfig(dockerfile, service);
    expect(command).toEqual(['node', 'dist/bundle/main.js']);
    expect(user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(stopSignal).toBe('SIGTERM');
  });

  test('has in its last stages no step that could bring in more than the build made', () => {
    const { instructions, base } = stageNamed(dockerfile, service);
    const steps = [...stageNamed(dockerfile, base).instructions, ...instructions].map(({ keyword }) => keyword);
    expect(steps).not.toContain('RUN');
    expect(steps).not.toContain('ADD');
  });

  test('exposes ports that the service listens on, and asks one of them how it is', () => {
    const { ports, healthcheck } = imageConfig(dockerfile, service);
    const listening = [...portsOf(service).keys()];
    expect(listening).toEqual(expect.arrayContaining([...ports]));
    const [, checked] = /^http:\/\/127\.0\.0\.1:(\d+)\/healthz$/.exec(healthcheck.at(-1) ?? '') ?? [];
    expect(ports).toContain(Number(checked));
  });

  test('sets nothing that the service does not know', () => {
    const { env } = imageConfig(dockerfile, service);
    const names = Object.keys(env).filter((name) => name.startsWith('JAMBUS_'));
    expect([...settingsOf(service).keys()]).toEqual(expect.arrayContaining(names));
  });

  test('says what it is', () => {
    const { labels } = imageConfig(dockerfile, service);
    expect(labels).toMatchObject({
      'org.opencontainers.image.title': `jambus-${service}`,
      'org.opencontainers.image.description': expect.stringMatching(/./),
      'org.opencontainers.image.version': expect.stringMatching(/./),
      'org.opencontainers.image.revision': expect.stringMatching(/./),
      'org.opencontainers.image.licenses': 'MIT',
    });
  });
});

test('its version is that of the repository', async () => {
  const { version } = JSON.parse(await readFile(join(REPOSITORY, 'package.json'), 'utf8')) as { version: string };
  const args = stageNamed(dockerfile, 'runtime').instructions.filter(({ keyword }) => keyword === 'ARG');
  expect(args.map(({ text }) => text)).toContain(`VERSION=${version}`);
});

test('what comes without a target is the standalone service', () => {
  expect(dockerfile.stages.at(-1)?.name).toBe('standalone');
});
