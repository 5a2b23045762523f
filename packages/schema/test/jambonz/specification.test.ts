import { createRequire } from 'node:module';
import * as fc from 'fast-check';
import { type Fault, ROOT } from '../../src/jambonz/fault.ts';
import { type PropertySpec, platform, type VerbSpec } from '../../src/jambonz/verbs/platform.ts';
import { checkSpecification, compileSpecifications } from '../../src/jambonz/verbs/specification.ts';
import { accept, bytes, command, parserWith } from './support.ts';

interface Library {
  readonly specs: Readonly<Record<string, VerbSpec>>;
  validateVerb(name: string, data: unknown, logger: unknown): void;
  validate(logger: unknown, application: unknown): void;
}

const library: Library = createRequire(import.meta.url)('@jambonz/verb-specifications');
const logger = { info() {} };
const compiled = compileSpecifications(platform().specs);

function libraryAccepts(name: string, data: unknown): boolean {
  try {
    library.validateVerb(name, data, logger);
    return true;
  } catch {
    return false;
  }
}

function weAccept(name: string, data: unknown): boolean {
  const specification = compiled.get(name);
  if (specification === undefined) throw new Error(`no specification of ${name}`);
  const faults: Fault[] = [];
  checkSpecification(data, specification, ROOT, faults);
  return faults.length === 0;
}

const junk = fc.oneof(
  fc.constantFrom(null, true, 0, 1.5, '', 'text', 'mono', [], [null], ['a'], {}, { a: 1 }, [{ vendor: 'x' }]),
  fc.jsonValue({ maxDepth: 2 }),
) as fc.Arbitrary<unknown>;

/** Values that mostly fit the specification, now and then with something that does not. */
function valuesOf(spec: PropertySpec, depth: number): fc.Arbitrary<unknown> {
  const fitting = (): fc.Arbitrary<unknown> => {
    if (Array.isArray(spec)) return fc.array(dataOf(spec[0].slice(1), depth - 1), { maxLength: 2 });
    if (typeof spec !== 'string') return fc.constantFrom(...((spec as { enum?: string[] }).enum ?? ['x']));
    if (spec.startsWith('#')) return dataOf(spec.slice(1), depth - 1);
    const [type] = spec.split('|').map((part) => part.trim());
    const samples: Record<string, unknown> = { string: 'a', number: 1, boolean: true, object: { a: 1 }, array: ['a'] };
    return fc.constant(samples[type ?? ''] ?? 'a');
  };
  return fc.oneof({ weight: 12, arbitrary: fitting() }, { weight: 1, arbitrary: junk });
}

function dataOf(name: string, depth: number): fc.Arbitrary<unknown> {
  const spec = library.specs[name];
  if (spec === undefined || depth <= 0)
    return fc.constantFrom<unknown>({}, { vendor: 'x' }, { enable: true }, 5, 'a', null);
  const properties = Object.entries(spec.properties);
  const members = Object.fromEntries(properties.map(([key, value]) => [key, valuesOf(value, depth)]));
  const keep = fc.subarray(
    properties.map(([key]) => key),
    { maxLength: Math.min(4, properties.length) },
  );
  const stray = fc.option(fc.constantFrom('_', 'txt', 'verb', 'constructor'), { freq: 12, nil: undefined });
  return fc.record({ members: fc.record(members), keep, stray, whole: fc.integer({ min: 0, max: 9 }) }).map((drawn) => {
    // Mostly with all that is required, or hardly any draw would be valid.
    const names = drawn.whole === 0 ? drawn.keep : [...(spec.required ?? []), ...drawn.keep];
    const data: Record<string, unknown> = {};
    for (const key of names) data[key] = (drawn.members as Record<string, unknown>)[key];
    if (drawn.stray !== undefined) data[drawn.stray] = 1;
    return data;
  });
}

test('the compiled specifications give the verdicts of the library', () => {
  const verdicts = { accepted: 0, refused: 0 };
  for (const name of Object.keys(library.specs)) {
    fc.assert(
      fc.property(dataOf(name, 3), (data) => {
        const verdict = libraryAccepts(name, data);
        verdicts[verdict ? 'accepted' : 'refused'] += 1;
        expect({ name, data, verdict: weAccept(name, data) }).toEqual({ name, data, verdict });
      }),
      { numRuns: 60 },
    );
  }
  // A corpus of one kind would prove little.
  expect(Math.min(verdicts.accepted, verdicts.refused)).toBeGreaterThan(500);
});

test('values of every kind in place of data get the verdict of the library', () => {
  for (const name of Object.keys(library.specs)) {
    for (const data of [null, 5, true, '', 'abc', [], ['a'], [{}], {}]) {
      expect({ name, data, verdict: weAccept(name, data) }).toEqual({
        name,
        data,
        verdict: libraryAccepts(name, data),
      });
    }
  }
});

test('an application that passes the strict check is one that 0.9.8 accepts', () => {
  const verbs = [...platform().verbIds.keys()].filter((name) => name in library.specs);
  let passed = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...verbs).chain((name) => fc.tuple(fc.constant(name), dataOf(name, 3), fc.boolean())),
      ([name, data, keyed]) => {
        const verb = keyed ? { [name]: data } : { ...(data as object), verb: name };
        if (!parserWith().parse(bytes(command('redirect', [verb]))).ok) return;
        passed += 1;
        library.validate(logger, [verb]);
      },
    ),
    { numRuns: 1500 },
  );
  expect(passed).toBeGreaterThan(50);
});

test('the verbs that 0.9.8 has are known by the strict check', () => {
  const verbs = ['answer', 'hangup', 'leave', 'gather', 'config'];
  expect(
    accept(
      command(
        'redirect',
        verbs.map((verb) => ({ verb })),
      ),
    ).ok,
  ).toBe(true);
});
