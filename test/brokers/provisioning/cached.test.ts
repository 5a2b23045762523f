import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { cached } from './cached.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'jambus-cache-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const never = () => Promise.reject(new Error('made once more'));

test('what is made once is found ever after', async () => {
  const made = await cached(root, 'broker', (folder) => writeFile(join(folder, 'program'), 'v1'));
  expect(await cached(root, 'broker', never)).toBe(made);
  expect(await readFile(join(made, 'program'), 'utf8')).toBe('v1');
  expect(await readdir(root)).toEqual(['broker']);
});

test('whoever comes while it is being made waits for it and does not make it again', async () => {
  const { promise: finish, resolve } = withResolvers();
  const first = cached(root, 'broker', () => finish);
  while (!existsSync(join(root, 'broker.lock'))) await new Promise((turn) => setImmediate(turn));
  const second = cached(root, 'broker', never);
  await Promise.race([second, delay(300)]); // Time enough to make it once more.
  resolve();
  expect(await second).toBe(await first);
});

test('nothing half made is kept: after a failure the next one tries again', async () => {
  const failing = cached(root, 'broker', async (folder) => {
    await writeFile(join(folder, 'half'), '');
    throw new Error('no network');
  });
  await expect(failing).rejects.toThrow('no network');
  expect(await readdir(root)).toEqual([]);
  const made = await cached(root, 'broker', (folder) => writeFile(join(folder, 'program'), ''));
  expect(await readdir(made)).toEqual(['program']);
});

test('the lock of a process that is gone does not block for ever', async () => {
  const lock = join(root, 'broker.lock');
  await mkdir(lock);
  const aMinuteAgo = new Date(Date.now() - 60_000);
  await utimes(lock, aMinuteAgo, aMinuteAgo);
  const made = await cached(root, 'broker', (folder) => writeFile(join(folder, 'program'), ''));
  expect(await readdir(made)).toEqual(['program']);
});

function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
