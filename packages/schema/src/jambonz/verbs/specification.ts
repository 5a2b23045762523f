import { at, clip, type Fault, faultAt, inWords, MAX_FAULTS, oneOf, type Place } from '../fault.ts';
import { didYouMeanOneOf } from '../suggest.ts';
import type { Platform, PropertySpec } from './platform.ts';

/**
 * What the open-source jambonz feature-server 0.9.8 lets through, compiled from the data of
 * `@jambonz/verb-specifications`. That package's own `validateVerb` writes every value as JSON for a debug log that is
 * off, stops at the first fault and says no path; this gives the same verdict (a test holds the two together), all
 * faults, and where they are.
 */
export interface Specification {
  readonly name: string;
  readonly properties: ReadonlyMap<string, Rule>;
  readonly required: readonly string[];
}

type Rule =
  | { readonly kind: 'array' }
  | { readonly kind: 'types'; readonly types: readonly string[] }
  | { readonly kind: 'enum'; readonly values: readonly unknown[] }
  | { readonly kind: 'any' }
  | { readonly kind: 'part'; readonly of: Specification }
  /** Undefined where the specifications name a part that they do not have: no element can be right. */
  | { readonly kind: 'parts'; readonly of: Specification | undefined }
  /** A mistake in the specifications: 0.9.8 throws whatever the value is. */
  | { readonly kind: 'unusable' };

/** Compiles the specifications of every verb and part; a part that several verbs share is compiled once. */
export function compileSpecifications(specs: Platform['specs']): ReadonlyMap<string, Specification> {
  const compiled = new Map<string, Specification>();
  const compile = (name: string): Specification | undefined => {
    const known = compiled.get(name);
    const spec = specs[name];
    if (known !== undefined || spec === undefined) return known;
    const properties = new Map<string, Rule>();
    compiled.set(name, { name, properties, required: spec.required ?? [] });
    for (const [property, rule] of Object.entries(spec.properties)) properties.set(property, ruleOf(rule, compile));
    return compiled.get(name);
  };
  for (const name of Object.keys(specs)) compile(name);
  return compiled;
}

const BROKEN = 'nothing (its specification is broken)';
const SIMPLE = ['number', 'string', 'object', 'boolean'];

/** The same questions in the same order as `validateVerb` asks them. */
function ruleOf(spec: PropertySpec, compile: (name: string) => Specification | undefined): Rule {
  if (typeof spec === 'string') {
    if (spec === 'array') return { kind: 'array' };
    if (spec.includes('|')) return { kind: 'types', types: spec.split('|').map((type) => type.trim()) };
    if (SIMPLE.includes(spec)) return { kind: 'types', types: [spec] };
    const of = compile(spec.slice(1));
    return of === undefined ? { kind: 'unusable' } : { kind: 'part', of };
  }
  if (isList(spec)) return { kind: 'parts', of: compile(spec[0]?.slice(1) ?? '') };
  if (!SIMPLE.includes(spec.type ?? '')) return { kind: 'unusable' };
  return spec.type === 'string' && spec.enum !== undefined ? { kind: 'enum', values: spec.enum } : { kind: 'any' };
}

/** `Array.isArray` does not narrow a readonly array. */
function isList(spec: Exclude<PropertySpec, string>): spec is readonly string[] {
  return Array.isArray(spec);
}

/**
 * Adds what 0.9.8 would refuse about `value`.
 *
 * @param skip a property that is not part of the verb's data: `verb` where the verb is written `{"verb":"say",…}`
 */
export function checkSpecification(
  value: unknown,
  specification: Specification,
  place: Place,
  faults: Fault[],
  skip?: string,
): void {
  // A value of any kind is taken for its members, as the library's for…in takes it: a number has none.
  const members = Object(value) as Record<string, unknown>;
  for (const name in members) {
    if (faults.length >= MAX_FAULTS) return;
    if (name === skip) continue;
    const rule = specification.properties.get(name);
    // jambonz keeps notes of its own under "_".
    if (rule === undefined && name !== '_') faults.push(unknownProperty(name, specification, place));
    else if (rule !== undefined) checkRule(members[name], rule, at(place, name), specification.name, faults);
  }
  for (const name of specification.required) {
    // Not `hasOwn`: a string has a `length` of its own, which for…in does not visit.
    if (Object.prototype.propertyIsEnumerable.call(members, name)) continue;
    const problem = `jambonz 0.9.8 needs ${JSON.stringify(name)} in ${JSON.stringify(specification.name)}`;
    faults.push(faultAt(at(place, name), 'a value', 'nothing', problem));
  }
}

function checkRule(value: unknown, rule: Rule, place: Place, owner: string, faults: Fault[]): void {
  switch (rule.kind) {
    case 'any':
      return;
    case 'array':
      if (!Array.isArray(value)) faults.push(wrongValue('an array', value, place, owner));
      return;
    case 'types':
      if (!rule.types.includes(typeof value) && !(rule.types.includes('array') && Array.isArray(value))) {
        faults.push(wrongValue(rule.types.map(article).join(' or '), value, place, owner));
      }
      return;
    case 'enum':
      if (!rule.values.includes(value)) faults.push(wrongValue(oneOf(rule.values), value, place, owner));
      return;
    case 'part':
      checkSpecification(value, rule.of, place, faults);
      return;
    case 'parts':
      checkParts(value, rule.of, place, owner, faults);
      return;
    case 'unusable':
      faults.push(wrongValue(BROKEN, value, place, owner));
  }
}

function checkParts(
  value: unknown,
  part: Specification | undefined,
  place: Place,
  owner: string,
  faults: Fault[],
): void {
  // The empty string is iterable and has no element that could be wrong: the library lets it pass.
  if (value === '') return;
  if (!Array.isArray(value)) {
    faults.push(wrongValue('an array', value, place, owner));
    return;
  }
  for (const [index, item] of value.entries()) {
    if (part === undefined) faults.push(wrongValue(BROKEN, item, at(place, index), owner));
    else checkSpecification(item, part, at(place, index), faults);
  }
}

function unknownProperty(name: string, specification: Specification, place: Place): Fault {
  const known = [...specification.properties.keys()];
  const owner = JSON.stringify(specification.name);
  return faultAt(
    at(place, name),
    oneOf(known),
    inWords(name),
    `jambonz 0.9.8 knows no property ${JSON.stringify(clip(name, 40))} of ${owner} and would refuse it${didYouMeanOneOf(name, known)}`,
  );
}

function wrongValue(expected: string, value: unknown, place: Place, owner: string): Fault {
  const problem = `jambonz 0.9.8 takes ${expected} here in ${JSON.stringify(owner)}, got ${inWords(value)}`;
  return faultAt(place, expected, inWords(value), problem);
}

function article(type: string): string {
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}
