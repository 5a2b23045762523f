import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { checkPackage, createPackageFromTarballData, type Problem } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { PUBLISHED, type Tarballs } from './pack.ts';

interface Contents {
  readonly bytes: Buffer;
  readonly files: ReadonlySet<string>;
  text(path: string): string;
}

/** What is in a tarball, before anybody installs it. */
export function describeContents(tarballs: () => Tarballs): void {
  describe.each(PUBLISHED)('@jambus/%s', (name) => {
    let contents: Contents;
    let manifest: Record<string, unknown>;

    beforeAll(async () => {
      const bytes = await readFile(tarballs()[name]);
      const root = `node_modules/@jambus/${name}/`;
      const packed = createPackageFromTarballData(new Uint8Array(bytes));
      const files = packed.listFiles(`/${root}`).map((path) => path.replace(`/${root}`, ''));
      contents = { bytes, files: new Set(files), text: (path) => packed.readFile(`/${root}${path}`) };
      manifest = JSON.parse(contents.text('package.json'));
    });

    test('is public, and says what it is, where it runs and who may use it', () => {
      expect(manifest).not.toHaveProperty('private');
      expect(manifest).toMatchObject({
        description: expect.stringMatching(/./),
        keywords: expect.arrayContaining(['jambonz']),
        license: 'MIT',
        engines: { node: '>=20.19.0' },
      });
      expect(contents.text('LICENSE')).toMatch(/^MIT License/);
      expect(contents.text('README.md')).toContain(`# @jambus/${name}\n`);
    });

    test('names the repository as the repository itself does', async () => {
      const { repository } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
      const own = repository === undefined ? undefined : { ...repository, directory: `packages/${name}` };
      expect(manifest['repository']).toEqual(own);
    });

    test('has the sources that its maps point to, and no more than belongs to it', () => {
      const { files } = contents;
      const maps = [...files].filter((file) => file.endsWith('.map'));
      expect(maps.length).toBeGreaterThan(0);
      const missing = maps.flatMap((file) => {
        const { sources }: { readonly sources: readonly string[] } = JSON.parse(contents.text(file));
        return sources.map((path) => posix.join(posix.dirname(file), path)).filter((path) => !files.has(path));
      });
      expect(missing).toEqual([]);
      expect([...files].filter((file) => /tsbuildinfo|(?:^|\/)test\/|\.test\.|tsconfig|patches/.test(file))).toEqual(
        [],
      );
    });

    test('exports no TypeScript, and depends on versions that exist outside of the workspace', () => {
      expect(JSON.stringify(manifest['exports'])).not.toMatch(/"source"|\/src\//);
      expect(JSON.stringify(manifest)).not.toContain('workspace:');
    });

    test('publint finds nothing to say', async () => {
      const { buffer, byteOffset, byteLength } = contents.bytes;
      const tarball = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
      expect((await publint({ pack: { tarball }, strict: true })).messages).toEqual([]);
    });

    test('attw finds its types where Node and bundlers find its code', async () => {
      const result = await checkPackage(createPackageFromTarballData(new Uint8Array(contents.bytes)), {
        // They have no types.
        excludeEntrypoints: ['./asyncapi.yaml', './reference.md', './package.json'],
      });
      expect(result.types).toMatchObject({ kind: 'included' });
      expect(result.types === false ? [] : result.problems.filter(matters).map(inShort)).toEqual([]);
    });
  });
}

/**
 * Packages are ES modules only. `require` takes those on every version of Node in `engines`, and so does TypeScript since 5.8; the
 * consumers of the other tests show it. The resolution `node10` does not know of `exports`.
 */
function matters(problem: Problem): boolean {
  if (problem.kind === 'CJSResolvesToESM') return false;
  return !('resolutionKind' in problem && problem.resolutionKind === 'node10');
}

function inShort(problem: Problem): string {
  return Object.values(problem)
    .filter((value) => typeof value === 'string')
    .join(' ');
}
