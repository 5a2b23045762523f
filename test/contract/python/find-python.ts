import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Unavailable } from '../../brokers/provisioning/availability.ts';
import { cached } from '../../brokers/provisioning/cached.ts';
import { reasonOf } from '../../brokers/provisioning/reason-of.ts';
import { runCommand } from '../../brokers/provisioning/run-command.ts';
import { REPOSITORY } from '../../fixtures/repository.ts';

const QUICK_MS = 20_000;
const INSTALL_MS = 300_000;

/** A Python that has the packages that are asked for. */
export interface Python {
  readonly available: true;
  /** The interpreter. */
  readonly file: string;
}

/**
 * Finds Python 3.11 or newer and, once, installs into `.cache` what a folder's `requirements.txt` names. Never rejects; without
 * Python or without the packages it says so in one line.
 *
 * @param folder in the repository
 * @param modules that have to be there then
 */
export async function findPython(folder: string, modules: readonly string[]): Promise<Python | Unavailable> {
  try {
    const version = await runCommand('python3', ['-c', VERSION], { timeoutMs: QUICK_MS });
    const [major = 0, minor = 0] = version.split('.').map(Number);
    if (major < 3 || (major === 3 && minor < 11)) throw new Error(`python3 is ${version.trim()}`);
    return { available: true, file: await environment(version.trim(), folder, modules) };
  } catch (error) {
    const reason = reasonOf(error).replaceAll('\n', ' ');
    return {
      available: false,
      line: `no Python with the packages of ${folder} (${reason}); install Python 3.11 or newer`,
    };
  }
}

const VERSION = 'import platform; print(platform.python_version())';

/** A virtual environment for these requirements; others get another one. Only its interpreter is used, so it may be moved. */
async function environment(version: string, sources: string, modules: readonly string[]): Promise<string> {
  const requirements = join(REPOSITORY, sources, 'requirements.txt');
  const wanted = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex')
    .slice(0, 12);
  const name = `python-${version}-${process.platform}-${process.arch}-${wanted}`;
  const folder = await cached(join(REPOSITORY, '.cache', 'python'), name, async (into) => {
    await runCommand('python3', ['-m', 'venv', into], { timeoutMs: INSTALL_MS });
    const install = ['install', '--quiet', '--disable-pip-version-check', '--requirement', requirements];
    await runCommand(join(into, 'bin', 'python'), ['-m', 'pip', ...install], { timeoutMs: INSTALL_MS });
  });
  const file = join(folder, 'bin', 'python');
  await runCommand(file, ['-c', `import ${modules.join(', ')}`], { timeoutMs: QUICK_MS });
  return file;
}
