import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGuard } from './guarded-process.ts';
import { runCommand } from './run-command.ts';

/** A file system of its own in memory, which can be filled. */
export interface SmallDisk {
  readonly folder: string;
  /** Takes all that is left of it. */
  fill(): Promise<void>;
  /** Gives it back. */
  free(): Promise<void>;
  remove(): Promise<void>;
}

const MOUNT_MS = 5_000;
const PIECE = Buffer.alloc(1024 * 1024);

/**
 * Mounts a file system that ends with this process at the latest.
 *
 * @returns undefined when this process may not mount one: that takes the rights of root
 */
export async function mountSmallDisk(bytes: number): Promise<SmallDisk | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'jambus-disk-'));
  try {
    const args = ['-t', 'tmpfs', '-o', `size=${bytes}`, 'jambus-test', folder];
    await runCommand('mount', args, { timeoutMs: MOUNT_MS });
  } catch {
    await rm(folder, { recursive: true });
    return undefined;
  }
  const dismissGuard = startGuard(folder, ['umount', '--lazy', folder]);
  const filler = join(folder, 'filler');
  return {
    folder,
    async fill() {
      // Others write at the same time: what they leave is taken as well.
      for (let n = 0; (await isRoomIn(folder)) && n < bytes / PIECE.length; n++) {
        await writeFile(filler, PIECE, { flag: 'a' }).catch(() => undefined);
      }
    },
    free: () => rm(filler, { force: true }),
    async remove() {
      await runCommand('umount', ['--lazy', folder], { timeoutMs: MOUNT_MS });
      dismissGuard();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function isRoomIn(folder: string): Promise<boolean> {
  const { bavail } = await statfs(folder);
  return bavail > 0;
}
