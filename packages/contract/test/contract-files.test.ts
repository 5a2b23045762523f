import { readdir, readFile } from 'node:fs/promises';
import { contractFiles, REGENERATE, SCHEMAS_FOLDER } from '../src/index.ts';

const FOLDER = new URL('../', import.meta.url);
const files = contractFiles();

test.each([...files])('%s is what the code says', async (path, generated) => {
  const kept = await readFile(new URL(path, FOLDER), 'utf8').catch(() => '');
  const difference = firstDifference(kept, generated);
  if (difference !== undefined) throw new Error(`${path} ${difference}; run: ${REGENERATE}`);
  expect(kept).not.toBe('');
});

test('no schema stays behind that the code does not have any more', async () => {
  const generated = [...files.keys()].filter((path) => path.startsWith(`${SCHEMAS_FOLDER}/`));
  const kept = await readdir(new URL(`${SCHEMAS_FOLDER}/`, FOLDER));
  expect(kept.map((name) => `${SCHEMAS_FOLDER}/${name}`).sort()).toEqual(generated.sort());
});

test('the command that regenerates the files is there', async () => {
  const manifest = JSON.parse(await readFile(new URL('../../package.json', FOLDER), 'utf8'));
  expect(Object.keys(manifest.scripts)).toContain(REGENERATE.split(' ').at(-1));
});

test('generating twice gives the same', () => {
  expect([...contractFiles()]).toEqual([...files]);
});

/** A line is enough: who reads it runs the command, and sees the rest in git. */
function firstDifference(kept: string, generated: string): string | undefined {
  if (kept === generated) return undefined;
  const lines = kept.split('\n');
  const line = generated.split('\n').findIndex((text, index) => text !== lines[index]);
  return `differs from what the code says, from line ${line === -1 ? lines.length : line + 1} on`;
}
