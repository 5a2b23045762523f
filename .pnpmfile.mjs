// What published packages have in common comes from the package.json of the repository when one is packed. For a release, that file
// needs a `repository`: { "type": "git", "url": "git+https://…" }.

import { access, readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('./', import.meta.url);

export const hooks = { beforePacking };

async function beforePacking(manifest, folder) {
  if (manifest.private) return manifest;
  const { license, engines, repository, bugs, homepage } = JSON.parse(
    await readFile(new URL('package.json', ROOT), 'utf8'),
  );
  if (repository === undefined) process.stderr.write('The package.json of the repository names no `repository`.\n');
  const directory = relative(fileURLToPath(ROOT), folder);
  return {
    ...manifest,
    license,
    engines,
    ...(repository !== undefined && { repository: { ...repository, directory } }),
    ...(bugs !== undefined && { bugs }),
    ...(homepage !== undefined && { homepage }),
    exports: withoutSources(manifest.exports),
    files: [...manifest.files, ...(await leftOvers(folder)).map((file) => `!${file}`)],
  };
}

/** Within the repository, the condition `source` leads to the TypeScript of a package. Other projects mean their own by it. */
function withoutSources(exports) {
  if (typeof exports !== 'object' || exports === null) return exports;
  const kept = Object.entries(exports).filter(([name]) => name !== 'source');
  return Object.fromEntries(kept.map(([name, to]) => [name, withoutSources(to)]));
}

/** What former builds have left behind: files whose source is gone. */
async function leftOvers(folder) {
  const built = await readdir(join(folder, 'dist'), { recursive: true });
  const found = [];
  for (const file of built) {
    const source = /^(.+?)\.(?:d\.ts|js)(?:\.map)?$/.exec(file)?.[1];
    if (source === undefined) continue;
    const isThere = await access(join(folder, 'src', `${source}.ts`)).then(
      () => true,
      () => false,
    );
    if (!isThere) found.push(`dist/${file}`);
  }
  return found;
}
