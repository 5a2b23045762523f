import type { ErrorObject } from 'ajv';
import { at, type Fault, faultAt, inWords, oneOf, type Place } from '../fault.ts';
import { didYouMean } from '../suggest.ts';

/** Enough to find the first faults among the errors of unions; a payload of thousands of errors is not sorted out whole. */
const MAX_ERRORS = 100;

/**
 * Ajv's errors about one verb as faults, in their order, without the noise of `oneOf`.
 *
 * @param value what was checked
 * @param place where it stands in the message
 * @param owner the verb, quoted
 */
export function schemaFaults(
  errors: readonly ErrorObject[],
  value: unknown,
  place: Place,
  owner: string,
): readonly Fault[] {
  const first = errors.slice(0, MAX_ERRORS);
  const told = withoutUnionNoise(first);
  return told.map((error) => {
    const steps = error.instancePath.split('/').slice(1).map(unescapePointer);
    let where = place;
    let found = value;
    for (const step of steps) {
      where = at(where, Array.isArray(found) ? Number(step) : step);
      found = (found as Readonly<Record<string, unknown>>)[step];
    }
    return faultOf(error, found, where, owner);
  });
}

/**
 * A value that fits no branch of a `oneOf` gets one error for each branch and one for the union. What helps is what the
 * branch for this kind of value says; the complaints of the branches for other kinds are noise, unless all there is.
 */
function withoutUnionNoise(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  let kept = errors.filter((error) => error.keyword !== 'if');
  for (const union of errors) {
    if (union.keyword !== 'oneOf' && union.keyword !== 'anyOf') continue;
    const path = union.instancePath;
    const ofKind = kept.filter((error) => isWithin(error, path) && !isUnion(error) && !isTypeAt(error, path));
    const types = kept.filter((error) => isTypeAt(error, path));
    kept = kept.filter((error) => error !== union && !types.includes(error));
    // More than one branch fits: `confirmHook` of a dial target allows the same string twice. Nobody's mistake.
    if (Array.isArray(union.params['passingSchemas'])) continue;
    if (ofKind.length === 0) kept = [...kept, mergedTypes(union, types)];
  }
  return kept;
}

function isUnion(error: ErrorObject): boolean {
  return error.keyword === 'oneOf' || error.keyword === 'anyOf';
}

function isTypeAt(error: ErrorObject, path: string): boolean {
  return error.keyword === 'type' && error.instancePath === path;
}

function isWithin(error: ErrorObject, path: string): boolean {
  return error.instancePath === path || error.instancePath.startsWith(`${path}/`);
}

function mergedTypes(union: ErrorObject, types: readonly ErrorObject[]): ErrorObject {
  if (types.length === 0) return union;
  const names = new Set(types.flatMap((error) => error.params['type'] as string | string[]));
  return { ...union, keyword: 'type', params: { type: [...names] } };
}

function faultOf(error: ErrorObject, value: unknown, place: Place, owner: string): Fault {
  const { params } = error;
  switch (error.keyword) {
    case 'type': {
      const expected = [params['type'] as string | string[]].flat().map(article).join(' or ');
      return wrong(expected, value, place, owner);
    }
    case 'enum':
      return wrong(oneOf(params['allowedValues'] as unknown[]), value, place, owner);
    case 'const':
      return wrong(JSON.stringify(params['allowedValue']), value, place, owner);
    case 'required': {
      const name = String(params['missingProperty']);
      return faultAt(at(place, name), 'a value', 'nothing', `${owner} needs ${JSON.stringify(name)} here`);
    }
    case 'additionalProperties': {
      const name = String(params['additionalProperty']);
      return faultAt(
        at(place, name),
        'another property',
        inWords(name),
        `${owner} has no property ${inWords(name)} here`,
      );
    }
    default: {
      const rule = error.message ?? 'must fit its schema';
      return faultAt(place, rule, inWords(value), `${rule} in ${owner}, got ${inWords(value)}`);
    }
  }
}

function wrong(expected: string, value: unknown, place: Place, owner: string): Fault {
  const near = typeof value === 'string' ? nearValue(value, expected) : '';
  return faultAt(place, expected, inWords(value), `${owner} takes ${expected} here, got ${inWords(value)}${near}`);
}

/** A misspelled member of an enumeration gets the same help as a misspelled name. */
function nearValue(value: string, expected: string): string {
  const values = [...expected.matchAll(/"([^"]*)"/g)].map((match) => match[1] ?? '');
  return didYouMean(value, values);
}

function article(type: string): string {
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}

function unescapePointer(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}
