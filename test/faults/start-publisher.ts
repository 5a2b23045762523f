import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Publisher } from './broker.ts';

/**
 * Starts one of the publishers beside here, which says `ready`, and its counts when told to finish.
 *
 * @param path of the script, from here
 * @returns the publisher, and what ends its process at once
 */
export async function startPublisher(
  path: string,
  args: readonly (string | number)[],
): Promise<readonly [Publisher, () => void]> {
  const script = fileURLToPath(new URL(path, import.meta.url));
  const child = spawn(process.execPath, [script, ...args.map(String)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout);
  await once(lines, 'line');
  const finish = async () => {
    child.stdin.write('finish\n');
    const [line] = (await once(lines, 'line')) as [string];
    return JSON.parse(line);
  };
  return [{ finish }, () => child.kill('SIGKILL')];
}
