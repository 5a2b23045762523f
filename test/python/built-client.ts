import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../brokers/provisioning/run-command.ts';
import type { Python } from '../contract/python/find-python.ts';
import { REPOSITORY } from '../fixtures/repository.ts';

const BUILD_MS = 300_000;

/** The sources of the client in Python. */
export const PYTHON_CLIENT = join(REPOSITORY, 'packages/python-client');
/** Versions of everything that is installed. */
export const REQUIREMENTS = join(REPOSITORY, 'test/python/requirements.txt');

/** The client as its users get it. */
export interface BuiltClient {
  /** Names of the files in the wheel, without those that tell about it. */
  readonly inWheel: readonly string[];
  /** Names of the files in the sdist, below its folder. */
  readonly inSdist: readonly string[];
  /** A Python in which the wheel is installed, with both extras. */
  readonly python: string;
  remove(): Promise<void>;
}

/** Builds wheel and sdist, and installs the wheel. @throws Error with what the tool said */
export async function buildPythonClient({ file }: Python): Promise<BuiltClient> {
  const folder = await mkdtemp(join(tmpdir(), 'jambus-python-client-'));
  const run = (program: string, args: readonly string[]) => runCommand(program, args, { timeoutMs: BUILD_MS });
  await run(file, ['-m', 'build', '--no-isolation', '--outdir', folder, PYTHON_CLIENT]);
  const built = await readdir(folder);
  const named = (end: string) => join(folder, built.find((name) => name.endsWith(end)) ?? end);
  const [wheel, sdist] = [named('.whl'), named('.tar.gz')];

  const environment = join(folder, 'environment');
  const python = join(environment, 'bin', 'python');
  await run(file, ['-m', 'venv', environment]);
  const quiet = ['--quiet', '--disable-pip-version-check'];
  await run(python, ['-m', 'pip', 'install', ...quiet, '--constraint', REQUIREMENTS, `${wheel}[nats,kafka]`]);

  const list = 'import sys, tarfile, zipfile; a = sys.argv[1]; print("\\n".join(';
  const inWheel = await run(file, ['-c', `${list}zipfile.ZipFile(a).namelist()))`, wheel]);
  const inSdist = await run(file, ['-c', `${list}tarfile.open(a).getnames()))`, sdist]);
  return {
    inWheel: lines(inWheel).filter((name) => !name.includes('.dist-info/')),
    inSdist: lines(inSdist).map((name) => name.replace(/^[^/]+\//, '')),
    python,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
