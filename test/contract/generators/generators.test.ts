import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileFromFile } from 'json-schema-to-typescript';
import { describeWithBroker } from '../../brokers/provisioning/describe-with-broker.ts';
import { runCommand } from '../../brokers/provisioning/run-command.ts';
import { REPOSITORY } from '../../fixtures/repository.ts';
import { findPython } from '../python/find-python.ts';

const SCHEMAS = join(REPOSITORY, 'packages/contract/schemas');
const SOURCES = join(REPOSITORY, 'test/contract/generators');
const LONG_MS = 120_000;

/* What other teams generate from the JSON Schemas has names to work with, and keeps the fields that people read. */

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jambus-generators-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A title that generated code would have to make up ends in a number. */
function numbered(names: readonly string[]): string[] {
  return names.filter((name) => /\d$/.test(name) && !/Form\d$/.test(name));
}

test(
  'json-schema-to-typescript: a client compiles against the types',
  async () => {
    const names: string[] = [];
    for (const file of await readdir(SCHEMAS)) {
      const text = await compileFromFile(join(SCHEMAS, file), { format: false });
      names.push(...[...text.matchAll(/export (?:interface|type) (\w+)/g)].map(([, name]) => name ?? ''));
      await writeFile(join(folder, file.replace(/\.json$/, '.ts')), text);
    }
    expect(names).toEqual(expect.arrayContaining(['VerbHookEventData', 'RedirectCommand', 'CommandResult']));
    expect(numbered(names)).toEqual([]);
    await cp(join(SOURCES, 'typescript-client.txt'), join(folder, 'client.ts'));
    const tsc = join(REPOSITORY, 'node_modules/.bin/tsc');
    const options = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext', '--types', ''];
    await runCommand(tsc, [...options, 'client.ts'], { cwd: folder, timeoutMs: LONG_MS, complaint: /error .*/ });
  },
  LONG_MS,
);

const python = await findPython('test/contract/generators', ['datamodel_code_generator', 'pydantic']);

describeWithBroker('datamodel-code-generator', python, () => {
  test(
    'a client in Python reads every event by the models',
    async () => {
      if (!python.available) throw new Error(python.line);
      const options = [
        '--input-file-type',
        'jsonschema',
        '--output-model-type',
        'pydantic_v2.BaseModel',
        '--use-title-as-name',
      ];
      const files = ['--input', join(SCHEMAS, 'event.schema.json'), '--output', join(folder, 'event_schema.py')];
      await runCommand(python.file, ['-W', 'ignore', '-m', 'datamodel_code_generator', ...options, ...files], {
        timeoutMs: LONG_MS,
      });
      const generated = await readFile(join(folder, 'event_schema.py'), 'utf8');
      expect(numbered([...generated.matchAll(/^class (\w+)/gm)].map(([, name]) => name ?? ''))).toEqual([]);

      const { $defs } = JSON.parse(await readFile(join(SCHEMAS, 'event.schema.json'), 'utf8')) as {
        readonly $defs: Readonly<Record<string, { readonly examples: readonly { readonly type: string }[] }>>;
      };
      const events = Object.entries($defs).flatMap(([name, { examples }]) =>
        examples.map((example) => ({ name, example })),
      );
      const hook = events.find(({ name }) => name === 'VerbHookEvent')?.example as { data: object } | undefined;
      Object.assign(hook?.data ?? {}, { digits: '12', dial_call_status: 'busy' });
      await cp(join(SOURCES, 'client.py'), join(folder, 'client.py'));
      await writeFile(join(folder, 'events.json'), JSON.stringify(events.map(({ example }) => example)));
      const found = await runCommand('sh', ['-c', `"${python.file}" -B client.py < events.json`], {
        cwd: folder,
        timeoutMs: LONG_MS,
      });
      expect(JSON.parse(found)).toEqual({
        ...Object.fromEntries(events.map(({ name, example }) => [example.type, name])),
        transcript: 'One margherita',
        digits: '12',
        dial_call_status: 'busy',
      });
    },
    LONG_MS,
  );
});
