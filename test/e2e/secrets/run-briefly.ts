import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGuarded } from '../../brokers/provisioning/guarded-process.ts';
import { entryOf } from '../../fixtures/index.ts';

/**
 * Runs a service that is not going to come up, until it has said enough or ends.
 *
 * @param enough what it says last; left out: it says nothing of it, and gets some seconds
 * @returns everything that it has written
 */
export async function runBriefly(
  service: 'gateway' | 'adapter',
  settings: Readonly<Record<string, string>>,
  enough?: RegExp,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `jambus-${service}-`));
  const logFile = join(folder, 'log');
  const variables = Object.entries(settings).map((pair) => pair.join('='));
  const child = await startGuarded({
    file: 'env',
    args: [...variables, process.execPath, entryOf(service)],
    logFile,
    folder,
  });
  const until = Date.now() + (enough === undefined ? WITHOUT_A_WORD_MS : WITHIN_MS);
  let said = '';
  while (enough?.test(said) !== true && child.ending === undefined && Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    said = await readFile(logFile, 'utf8');
  }
  await child.terminate();
  said = await readFile(logFile, 'utf8');
  await rm(folder, { recursive: true, force: true });
  if (enough?.test(said) === false) throw new Error(`the ${service} has not said ${enough.source}:\n${said}`);
  return said;
}

const WITHIN_MS = 30_000;
const WITHOUT_A_WORD_MS = 4_000;
