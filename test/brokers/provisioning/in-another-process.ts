import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './cached.ts';

/**
 * Runs a script in a process of its own. To be killed by the caller.
 *
 * @param file of `test/brokers`, whose exports the script finds in `broker`; they are the compiled ones
 * @param script of an ES module
 * @throws Error when the tests are not compiled
 */
export function inAnotherProcess(file: string, script: string): ChildProcess {
  const built = join(repositoryRoot(), 'test', 'dist', 'brokers', file);
  if (!existsSync(built)) throw new Error('the tests are not built: run the build first');
  const code = `const broker = await import(${JSON.stringify(built)});\n${script}`;
  return spawn(process.execPath, ['--input-type=module', '--eval', code], { stdio: ['ignore', 'pipe', 'ignore'] });
}
