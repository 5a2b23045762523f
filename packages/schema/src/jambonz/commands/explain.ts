import { Kind, type TObject, type TSchema, type TString, type TUnion, TypeGuard } from '@sinclair/typebox';
import { Errors, type ValueError, ValueErrorType } from '@sinclair/typebox/errors';
import { at, clip, type Fault, faultAt, inWords, MAX_FAULTS, oneOf, type Place } from '../fault.ts';
import { closestName, didYouMean, didYouMeanOneOf } from '../suggest.ts';

/**
 * What is wrong with a value that does not fit a TypeBox schema, at most one fault for each place.
 *
 * @param subject the name of the command, or what else the value is, for the sentences
 */
export function explain(schema: TSchema, value: unknown, place: Place, subject: string): readonly Fault[] {
  const faults = new Map<string, Fault>();
  for (const error of Errors(schema, [], value)) {
    for (const fault of faultsOf(error, place, subject)) if (!faults.has(fault.path)) faults.set(fault.path, fault);
    if (faults.size >= MAX_FAULTS) break;
  }
  return [...faults.values()];
}

function faultsOf(error: ValueError, root: Place, subject: string): readonly Fault[] {
  const place = placeOf(error.path, root);
  const name = JSON.stringify(clip(String(place.key), 40));
  switch (error.type) {
    case ValueErrorType.ObjectAdditionalProperties: {
      const known = TypeGuard.IsObject(error.schema) ? Object.keys(error.schema.properties) : [];
      const problem = `${subject} has no property ${name} here${didYouMeanOneOf(String(place.key), known)}`;
      return [faultAt(place, oneOf(known), inWords(place.key), problem)];
    }
    case ValueErrorType.ObjectRequiredProperty: {
      const expected = schemaInWords(error.schema);
      return [faultAt(place, expected, 'nothing', `${subject} needs ${name}: ${expected}`)];
    }
    case ValueErrorType.ObjectMaxProperties: {
      const expected = `at most ${error.schema['maxProperties']} properties`;
      const got = String(Object.keys(error.value as object).length);
      return [faultAt(place, expected, got, `${subject} takes ${expected} here, got ${got}`)];
    }
    case ValueErrorType.Union:
      return unionFaults(error.schema as TUnion, error.value, place, subject);
    default:
      return [wrongValue(error.schema, error.value, place, subject)];
  }
}

/** Of the branches of a union, explains the one that was meant; the union as a whole only when none stands out. */
function unionFaults(schema: TUnion, value: unknown, place: Place, subject: string): readonly Fault[] {
  const branches = schema.anyOf.filter(TypeGuard.IsObject);
  if (typeof value !== 'object' || value === null || Array.isArray(value) || branches.length === 0) {
    return [wrongValue(schema, value, place, subject)];
  }
  const members = value as Readonly<Record<string, unknown>>;
  const selector = selectorOf(branches);
  const selected = selector && members[selector.name];
  if (selector !== undefined && !selector.constants.includes(selected)) {
    const expected = oneOf(selector.constants);
    const near = typeof selected === 'string' ? didYouMean(selected, selector.constants.map(String)) : '';
    const problem = `${subject} takes ${expected} here, got ${inWords(selected)}${near}`;
    return [faultAt(at(place, selector.name), expected, inWords(selected), problem)];
  }
  const [best] = branches
    .map((branch) => ({ branch, points: nearness(branch, members) }))
    .sort((left, right) => right.points - left.points);
  if (best === undefined || best.points <= 0) return [wrongValue(schema, value, place, subject)];
  return explain(best.branch, value, place, subject);
}

/** The member whose constant tells the branches apart, when every branch has one under the same name. */
function selectorOf(branches: readonly TObject[]): { name: string; constants: readonly unknown[] } | undefined {
  if (branches.length < 2) return undefined;
  for (const name of Object.keys(branches[0]?.properties ?? {})) {
    const constants = branches.map(({ properties }) => properties[name] && constantsOf(properties[name]));
    if (constants.every((values) => values !== undefined)) return { name, constants: constants.flat() };
  }
  return undefined;
}

/** How much a value looks like a branch: the names it has of it, nearly has of it, and lacks. */
function nearness(branch: TObject, members: Readonly<Record<string, unknown>>): number {
  const names = Object.keys(branch.properties);
  let points = 0;
  for (const name of Object.keys(members).slice(0, MAX_FAULTS)) {
    const property = branch.properties[name];
    if (property === undefined) points += closestName(name, names) === undefined ? 0 : 0.8;
    else points += constantsOf(property)?.includes(members[name]) === true ? 10 : 1;
  }
  for (const name of branch.required ?? []) if (!Object.hasOwn(members, name)) points -= 0.5;
  return points;
}

function wrongValue(schema: TSchema, value: unknown, place: Place, subject: string): Fault {
  const expected = schemaInWords(schema);
  const near = typeof value === 'string' ? didYouMean(value, (constantsOf(schema) ?? []).map(String)) : '';
  return faultAt(place, expected, inWords(value), `${subject} takes ${expected} here, got ${inWords(value)}${near}`);
}

/** The values of a literal or of a union of literals. */
function constantsOf(schema: TSchema): readonly unknown[] | undefined {
  if (TypeGuard.IsLiteral(schema)) return [schema.const];
  if (!TypeGuard.IsUnion(schema)) return undefined;
  const constants = schema.anyOf.map((branch) => constantsOf(branch));
  return constants.every((values) => values !== undefined) ? constants.flat() : undefined;
}

function schemaInWords(schema: TSchema): string {
  const constants = constantsOf(schema);
  if (constants !== undefined) return oneOf(constants);
  if (TypeGuard.IsUnion(schema)) return [...new Set(schema.anyOf.map(schemaInWords))].join(' or ');
  if (TypeGuard.IsString(schema)) return stringInWords(schema);
  return WORDS[schema[Kind]] ?? 'another value';
}

function stringInWords({ minLength, maxLength }: TString): string {
  if (maxLength === undefined) return minLength === undefined ? 'a string' : 'a string that is not empty';
  if (minLength === maxLength) return `a string of ${maxLength} characters`;
  return `a string of ${minLength ?? 0} to ${maxLength} characters`;
}

const WORDS: Readonly<Record<string, string>> = {
  Array: 'an array',
  Boolean: 'true or false',
  Integer: 'a whole number',
  Null: 'null',
  Number: 'a number',
  Object: 'an object',
  Record: 'an object',
};

/** TypeBox writes places as JSON pointers. */
function placeOf(pointer: string, root: Place): Place {
  let place = root;
  for (const step of pointer.split('/').slice(1)) {
    place = at(place, /^\d+$/.test(step) ? Number(step) : step.replaceAll('~1', '/').replaceAll('~0', '~'));
  }
  return place;
}
