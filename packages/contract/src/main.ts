import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { contractFiles, SCHEMAS_FOLDER } from './contract-files.ts';

/* Writes the generated files of this package. */

const folder = fileURLToPath(new URL('..', import.meta.url));

// A schema that is no longer there must not stay behind.
await rm(join(folder, SCHEMAS_FOLDER), { recursive: true, force: true });
for (const [path, text] of contractFiles()) {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
