import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const POLL_MS = 100;
const HEARTBEAT_MS = 1000;
/** A lock that nobody has touched for so long belongs to a process that is gone. */
const STALE_MS = 15_000;

/** Where brokers are kept between runs: in the repository, and ignored by git. */
export function cacheRoot(): string {
  return join(repositoryRoot(), '.cache', 'brokers');
}

/** Looked up, since compiled tests lie elsewhere than their sources. */
export function repositoryRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'pnpm-workspace.yaml'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('the tests are not inside the repository');
    folder = parent;
  }
  return folder;
}

/**
 * The folder of that name in the cache, made when it is not there yet.
 *
 * A folder appears under its name by one rename, so it is whole or not there. The lock merely keeps processes that come
 * at the same time from doing the same work; should it ever be lost, the work is done twice and nothing else happens.
 *
 * @param make fills the empty folder it is given; what it throws is thrown here, and nothing is kept
 */
export async function cached(root: string, name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(root, name);
  const lock = `${folder}.lock`;
  await mkdir(root, { recursive: true });
  while (!existsSync(folder)) {
    if (!(await takeLock(lock))) {
      await delay(POLL_MS);
      continue;
    }
    const heartbeat = setInterval(() => touch(lock), HEARTBEAT_MS);
    try {
      if (!existsSync(folder)) await fill(folder, make);
    } finally {
      clearInterval(heartbeat);
      await rm(lock, { recursive: true, force: true });
    }
  }
  return folder;
}

async function takeLock(lock: string): Promise<boolean> {
  try {
    await mkdir(lock);
    return true;
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
  const age = await stat(lock).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0, // It was given back meanwhile.
  );
  if (age > STALE_MS) await rm(lock, { recursive: true, force: true });
  return false;
}

function touch(lock: string): void {
  const now = new Date();
  utimes(lock, now, now).catch(() => {}); // Somebody took it for stale: then the work is done twice.
}

async function fill(folder: string, make: (folder: string) => Promise<void>): Promise<void> {
  const draft = await mkdtemp(`${folder}.`);
  try {
    await make(draft);
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!hasCode(error, 'ENOTEMPTY') && !hasCode(error, 'EEXIST')) throw error; // Another one was first.
  }
}

/** Not by `instanceof`: under jest, errors of Node's own modules are of another realm than `Error` here. */
function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
