import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { platform } from '../../../src/jambonz/verbs/platform.ts';
import { verbExamples } from './examples.ts';
import { generateVerbTypes } from './generate.ts';

const FILE = fileURLToPath(new URL('../../../src/jambonz/verbs/verb-types.generated.ts', import.meta.url));
const TSC = fileURLToPath(new URL('../../../../../node_modules/.bin/tsc', import.meta.url));
const OPTIONS = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--target', 'es2022', '--lib', 'es2022'];

test('the types of verbs are those of the schemas; `pnpm verb-types` writes them anew', async () => {
  const generated = await generateVerbTypes(platform());
  if (process.env['JAMBUS_WRITE_VERB_TYPES'] !== undefined) await writeFile(FILE, generated);
  const written = await readFile(FILE, 'utf8');
  if (written !== generated) throw new Error('the types of verbs are not those of the schemas: run `pnpm verb-types`');
});

describe('the compiler', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'jambus-verb-types-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** @returns what the compiler has to say about these verbs */
  const complaints = async (verbs: readonly unknown[]): Promise<string> => {
    await writeFile(join(folder, 'verbs.ts'), await readFile(FILE, 'utf8'));
    const lines = verbs.map((verb) => `application.push(${JSON.stringify(verb)});`);
    const head =
      "import type { VerbsByName } from './verbs.js';\nconst application: VerbsByName[keyof VerbsByName][] = [];\n";
    await writeFile(join(folder, 'application.ts'), head + lines.join('\n'));
    const args = [...OPTIONS, '--module', 'nodenext', 'application.ts'];
    return await promisify(execFile)(TSC, args, { cwd: folder }).then(
      ({ stdout }) => stdout,
      ({ stdout }: { readonly stdout: string }) => stdout,
    );
  };

  test('takes every example of the schemas', async () => {
    const examples = verbExamples(platform());
    expect(examples.length).toBeGreaterThan(30);
    expect(await complaints(examples)).toBe('');
  });

  test('takes no verb that there is not', async () => {
    expect(await complaints([{ verb: 'sai' }])).toContain('\'"sai"\' is not assignable');
  });
});
