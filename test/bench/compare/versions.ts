import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { REPOSITORY } from '../../fixtures/repository.ts';
import type { Versions } from './measurement.ts';

const PEER_PACKAGES = ['@jambonz/sdk', 'ws', 'nats', 'kafkajs'];

/** Of everything that is measured. @param broker such as `NATS 2.15.2`; left out: there is none */
export async function versions(broker?: string): Promise<Versions> {
  const packages = await Promise.all(
    PEER_PACKAGES.map(async (name) => [name, await versionIn(join('test/node_modules', name))] as const),
  );
  const { stdout: commit } = await promisify(execFile)('git', [
    '-C',
    REPOSITORY,
    'describe',
    '--always',
    '--dirty',
  ]).catch(
    // A copy without its history.
    () => ({ stdout: '' }),
  );
  return {
    node: process.versions.node,
    ...(broker !== undefined && { broker }),
    jambus: [await versionIn('.'), commit.trim()].filter((part) => part !== '').join(' '),
    ...Object.fromEntries(packages),
  };
}

async function versionIn(folder: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(REPOSITORY, folder, 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}
