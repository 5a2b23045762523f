import { readdir, readFile } from 'node:fs/promises';
import {
  COMMAND_FORMS,
  COMMAND_NAMES,
  CommandResult,
  createCommandParser,
  describeFaults,
  JAMBONZ_MESSAGES,
  type JambonzMessageType,
} from '@jambus/schema';
import type { TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

const FOLDER = new URL('../../packages/contract/schemas/', import.meta.url);

type Members = Record<string, unknown>;
interface SchemaFile extends Members {
  readonly $id: string;
  readonly examples?: readonly Members[];
  readonly $defs?: Readonly<Record<string, Members & { readonly examples: readonly Members[] }>>;
}

const names = await readdir(FOLDER);
const files = new Map<string, SchemaFile>();
for (const name of names) files.set(name, JSON.parse(await readFile(new URL(name, FOLDER), 'utf8')));
/** Strict: an unknown keyword, an ignored one or a type that cannot be is an error. */
const ajv = new Ajv2020({ strict: true, allowUnionTypes: false });
ajv.addSchema([...files.values()]);

function validator(name: string, definition?: string): ValidateFunction {
  const id = `urn:jambus:contract:${name}`;
  const found = ajv.getSchema(definition === undefined ? id : `${id}#/$defs/${definition}`);
  if (found === undefined) throw new Error(`there is no ${name} ${definition}`);
  return found;
}

test.each([...files])('%s is a schema in the strictest sense, and its examples fit it', (_, file) => {
  const validate = ajv.getSchema(file.$id);
  const definitions = Object.entries(file.$defs ?? {});
  const examples = [...(file.examples ?? []), ...definitions.flatMap(([, { examples }]) => examples)];
  expect(examples.length).toBeGreaterThanOrEqual(Math.max(1, definitions.length));
  for (const example of examples) {
    const fits = validate?.(example);
    expect({ example, fits, errors: validate?.errors }).toEqual({ example, fits: true, errors: null });
  }
});

test('jambus takes every command among the examples as it is', () => {
  const parser = createCommandParser();
  for (const [name, { examples }] of Object.entries(files.get('command.schema.json')?.$defs ?? {})) {
    for (const example of examples) {
      const parsed = parser.parse(Buffer.from(JSON.stringify(example)));
      expect([name, parsed.ok ? '' : describeFaults(parsed.faults)]).toEqual([name, '']);
    }
  }
});

test.each(COMMAND_NAMES)('the schema of %s judges as the code does', (command) => {
  const definition = Object.entries(files.get('command.schema.json')?.$defs ?? {}).find(
    ([, { examples }]) => examples[0]?.['command'] === command,
  );
  expectSameVerdicts(COMMAND_FORMS[command].schema, validator('command', definition?.[0]), definition?.[1].examples[0]);
});

test.each(Object.keys(JAMBONZ_MESSAGES) as JambonzMessageType[])('the schema of %s judges as the code does', (type) => {
  const definition = Object.entries(files.get('event.schema.json')?.$defs ?? {}).find(
    ([, { examples }]) => examples[0]?.['type'] === type,
  );
  expectSameVerdicts(JAMBONZ_MESSAGES[type], validator('event', definition?.[0]), definition?.[1].examples[0]);
});

test('the schema of results judges as the code does', () => {
  for (const example of files.get('result.schema.json')?.examples ?? []) {
    expectSameVerdicts(CommandResult, validator('result'), example);
  }
});

test('an event of a type that is not known fits, and one of a known type has to have its form', () => {
  const validate = validator('event');
  expect(validate({ type: 'verb:progress', data: [] })).toBe(true);
  expect(validate({ type: 'verb:status', data: {} })).toBe(false);
  expect(validate({ data: {} })).toBe(false);
});

/** Spoils the value in every place, in several ways, and asks both. */
function expectSameVerdicts(schema: TSchema, validate: ValidateFunction, value: Members | undefined): void {
  if (value === undefined) throw new Error('there is no example');
  let refused = 0;
  for (const variant of [value, ...spoilt(value)]) {
    const verdict = Value.Check(schema, variant);
    expect({ variant, verdict: validate(variant) }).toEqual({ variant, verdict });
    if (!verdict) refused++;
  }
  expect(refused).toBeGreaterThan(0);
}

const WRONG_VALUES = ['', 'else', -6, 0, true, null, [], {}, ['else'], { else: 1 }];

function* spoilt(value: unknown): Generator<unknown> {
  yield* WRONG_VALUES;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  yield { ...value, else: 1 };
  for (const [name, member] of Object.entries(value)) {
    const { [name]: _, ...others } = value as Members;
    yield others;
    for (const wrong of spoilt(member)) yield { ...value, [name]: wrong };
  }
}
