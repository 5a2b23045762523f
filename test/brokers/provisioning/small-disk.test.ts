import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mountSmallDisk } from './small-disk.ts';

const disk = await mountSmallDisk(4 * 1024 * 1024);
// Only root may mount one.
const whenAllowed = disk === undefined ? test.skip : test;

whenAllowed('a small disk takes nothing more when it is full, and goes on when it has room again', async () => {
  if (disk === undefined) throw new Error('there is no disk');
  const write = (): Promise<void> => writeFile(join(disk.folder, 'file'), Buffer.alloc(64 * 1024));
  await write();
  await disk.fill();
  await expect(writeFile(join(disk.folder, 'another'), Buffer.alloc(64 * 1024))).rejects.toMatchObject({
    code: 'ENOSPC',
  });
  await disk.free();
  await write();
  await disk.remove();
  await expect(access(disk.folder)).rejects.toMatchObject({ code: 'ENOENT' });
});
