import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cached, cacheRoot } from '../provisioning/cached.ts';
import { pullImage } from '../provisioning/docker.ts';
import { reasonOf } from '../provisioning/reason-of.ts';
import { runCommand } from '../provisioning/run-command.ts';
import type { NatsServerSource } from './nats-server-source.ts';
import type { NatsVersion } from './nats-version.ts';
import { serverInfo } from './server-info.ts';

export const URL_SETTING = 'JAMBUS_TEST_NATS_URL';

/** The newest releases at the time of writing. */
const NEWEST = '2.15.2';
const NEWEST_2_9 = '2.9.25';

const PACKAGED_PROGRAM = join('usr', 'sbin', 'nats-server');

const QUICK_MS = 20_000;
const DOWNLOAD_MS = 120_000;
const BUILD_MS = 600_000;

/** Depends on nothing but the machine's kind, so that a folder mounted into a container does no harm. */
const MACHINE = `${process.platform}-${process.arch}`;

/**
 * The server that the environment names; undefined when it names none.
 *
 * @throws Error when it names one that is of no use: somebody means to test with just that one
 */
export async function givenServer(): Promise<NatsServerSource | undefined> {
  const url = process.env[URL_SETTING] ?? '';
  if (url === '') return undefined;
  try {
    const { hostname, port } = new URL(url);
    const { version, jetStream } = await serverInfo(hostname, Number(port || 4222));
    if (!jetStream) throw new Error('the server has no JetStream');
    return { available: true, kind: 'running', url, version, origin: URL_SETTING };
  } catch (error) {
    throw new Error(`${URL_SETTING}=${url} is of no use: ${reasonOf(error)}`, { cause: error });
  }
}

export function programOnPath(): Promise<NatsServerSource> {
  return program('nats-server', 'on the PATH');
}

export async function builtWithGo(wanted: NatsVersion): Promise<NatsServerSource> {
  const version = pinned(wanted);
  const folder = await cached(cacheRoot(), `nats-server-${version}-${MACHINE}`, async (into) => {
    const module = `github.com/nats-io/nats-server/v2@v${version}`;
    await runCommand('go', ['install', module], { cwd: tmpdir(), env: { GOBIN: into }, timeoutMs: BUILD_MS });
    await versionOf(join(into, 'nats-server'));
  });
  return program(join(folder, 'nats-server'), 'built with Go');
}

/** Unpacked, not installed: nothing outside the cache changes, and only an update of the package lists needs root. */
export async function debianPackage(): Promise<NatsServerSource> {
  const folder = await cached(cacheRoot(), `nats-server-debian-${MACHINE}`, async (into) => {
    const download = () => runCommand('apt-get', ['download', 'nats-server'], { cwd: into, timeoutMs: DOWNLOAD_MS });
    await download().catch(async () => {
      await runCommand('apt-get', ['update'], { timeoutMs: DOWNLOAD_MS });
      await download();
    });
    for (const file of await readdir(into)) {
      await runCommand('dpkg-deb', ['-x', file, '.'], { cwd: into, timeoutMs: DOWNLOAD_MS });
      await rm(join(into, file));
    }
    await versionOf(join(into, PACKAGED_PROGRAM));
  });
  return program(join(folder, PACKAGED_PROGRAM), 'from the Debian package');
}

export async function dockerImage(wanted: NatsVersion): Promise<NatsServerSource> {
  const version = pinned(wanted);
  const image = `nats:${version}`;
  await pullImage(image);
  return { available: true, kind: 'image', image, version, origin: `Docker image ${image}` };
}

function pinned(wanted: NatsVersion): string {
  return wanted === '2.9' ? NEWEST_2_9 : NEWEST;
}

async function program(file: string, origin: string): Promise<NatsServerSource> {
  return { available: true, kind: 'program', file, version: await versionOf(file), origin };
}

/** @throws Error when it is not there or cannot be run on this machine */
async function versionOf(file: string): Promise<string> {
  const answer = await runCommand(file, ['--version'], { timeoutMs: QUICK_MS });
  const version = /v(\d+\.\d+\.\d+\S*)/.exec(answer)?.[1];
  if (version === undefined) throw new Error(`${file} does not say its version`);
  return version;
}
