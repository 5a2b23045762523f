import { at, clip, type Fault, faultAt, inWords, MAX_FAULTS, oneOf, type Place } from '../fault.ts';
import { isObject } from '../json/decode.ts';
import { didYouMeanOneOf } from '../suggest.ts';
import type { JsonSchema, Platform, PropertySpec, SchemaSet } from './platform.ts';

type Schemas = SchemaSet['schemas'];

/**
 * The property names that are declared at one place of a verb. `@jambonz/schema` lets unknown names pass nearly
 * everywhere, so a typo would be obeyed by silence; the shape is what tells a typo from a property.
 */
export interface Shape {
  readonly names: ReadonlyMap<string, Shape | undefined>;
  /** Any other name is allowed too. */
  readonly open: boolean;
  /** Of each element, where the value is an array. */
  readonly items: Shape | undefined;
  /** Of each member that is not among `names`, where the place is open. */
  readonly rest: Shape | undefined;
}

interface Draft {
  readonly names: Map<string, Draft>;
  declared: boolean;
  open: boolean;
  items: Draft | undefined;
  rest: Draft | undefined;
}

/**
 * The declared names of one verb at every depth: those of its JSON Schema, and those `@jambonz/verb-specifications`
 * declares at the same place (`config.bargeIn.finishOnKey`, `recognizer.nuanceOptions`): each is real on some server.
 */
export function shapeOf(verb: string, platform: Platform, { schemas }: SchemaSet): Shape | undefined {
  const draft = draftOf(verb, platform, schemas);
  // "Accepts the same properties as the say verb", says the schema, and then leaves them open.
  if (verb === 'gather')
    for (const prompt of ['say', 'play']) draft.names.set(prompt, draftOf(prompt, platform, schemas));
  return finish(draft);
}

/** Adds a fault for every member of `value` that is not declared. */
export function checkNames(value: unknown, shape: Shape, place: Place, owner: string, faults: Fault[]): void {
  if (Array.isArray(value)) {
    if (shape.items === undefined) return;
    for (const [index, item] of value.entries()) {
      if (typeof item === 'object') checkNames(item, shape.items, at(place, index), owner, faults);
    }
    return;
  }
  if (!isObject(value)) return;
  for (const name in value) {
    if (faults.length >= MAX_FAULTS) return;
    const declared = shape.names.get(name);
    if (declared === undefined && !shape.open && !shape.names.has(name)) {
      faults.push(unknownName(name, shape.names.keys(), at(place, name), owner));
      continue;
    }
    const inner = declared ?? (shape.names.has(name) ? undefined : shape.rest);
    const member = value[name];
    if (inner !== undefined && typeof member === 'object') checkNames(member, inner, at(place, name), owner, faults);
  }
}

/** The fault for a property that does not exist; `owner` is what it was looked for in, quoted by the caller. */
export function unknownName(name: string, known: Iterable<string>, place: Place, owner: string): Fault {
  const names = [...known].filter((known) => known !== 'verb');
  return faultAt(
    place,
    names.length === 0 ? 'no properties' : oneOf(names),
    inWords(name),
    `${owner} has no property ${JSON.stringify(clip(name, 40))} here${didYouMeanOneOf(name, names)}`,
  );
}

function draftOf(verb: string, platform: Platform, schemas: Schemas): Draft {
  const draft = emptyDraft();
  const id = platform.verbIds.get(verb);
  if (id !== undefined) addSchema(draft, { $ref: id }, id, schemas, []);
  addSpec(draft, platform.resolve(verb).name, platform.specs);
  return draft;
}

function emptyDraft(): Draft {
  return { names: new Map(), declared: false, open: false, items: undefined, rest: undefined };
}

function addSchema(
  draft: Draft,
  schema: JsonSchema,
  base: string,
  schemas: Schemas,
  trail: readonly JsonSchema[],
): void {
  if (trail.includes(schema)) return;
  const inside = [...trail, schema];
  const ref = schema['$ref'];
  if (typeof ref === 'string') {
    const target = resolveRef(ref, base, schemas);
    addSchema(draft, target.schema, target.base, schemas, inside);
  }
  for (const keyword of ['allOf', 'oneOf', 'anyOf']) {
    for (const branch of listOf(schema[keyword])) addSchema(draft, branch, base, schemas, inside);
  }
  const properties = schema['properties'];
  if (isObject(properties)) {
    draft.declared = true;
    for (const [name, property] of Object.entries(properties)) {
      if (isObject(property)) addSchema(childOf(draft, name), property, base, schemas, inside);
    }
  }
  const items = schema['items'];
  if (isObject(items)) {
    draft.items ??= emptyDraft();
    addSchema(draft.items, items, base, schemas, inside);
  }
  addOpenness(draft, schema, base, schemas, inside);
}

function addOpenness(
  draft: Draft,
  schema: JsonSchema,
  base: string,
  schemas: Schemas,
  trail: readonly JsonSchema[],
): void {
  const others = schema['additionalProperties'];
  if (others === false) draft.declared = true;
  else if (others === true) draft.open = true;
  else if (isObject(others)) {
    draft.open = true;
    draft.rest ??= emptyDraft();
    addSchema(draft.rest, others, base, schemas, trail);
  } else if (schema['type'] === 'object' && !COMPOSED.some((keyword) => keyword in schema)) draft.open = true;
}

const COMPOSED = ['properties', '$ref', 'allOf', 'oneOf', 'anyOf'];

function resolveRef(ref: string, base: string, schemas: Schemas): { schema: JsonSchema; base: string } {
  const url = new URL(ref, base);
  const id = url.href.replace(/#.*$/, '');
  let schema: unknown = schemas.get(id);
  for (const step of url.hash.split('/').slice(1)) schema = isObject(schema) ? schema[step] : undefined;
  if (!isObject(schema)) throw new RangeError(`@jambonz/schema refers to ${ref} in ${base}, which is not there`);
  return { schema, base: id };
}

function addSpec(draft: Draft, specName: string, specs: Platform['specs']): void {
  const spec = specs[specName];
  if (spec === undefined || draft.open) return;
  draft.declared = true;
  for (const [name, property] of Object.entries(spec.properties)) {
    const child = childOf(draft, name);
    const inner = innerSpec(property);
    if (inner === undefined) continue;
    if (inner.list) child.items ??= emptyDraft();
    addSpec(inner.list ? (child.items ?? child) : child, inner.name, specs);
  }
}

function innerSpec(property: PropertySpec): { readonly name: string; readonly list: boolean } | undefined {
  const [reference, list] = Array.isArray(property) ? [property[0], true] : [property, false];
  return typeof reference === 'string' && reference.startsWith('#') ? { name: reference.slice(1), list } : undefined;
}

function childOf(draft: Draft, name: string): Draft {
  const child = draft.names.get(name) ?? emptyDraft();
  draft.names.set(name, child);
  return child;
}

/** Drops the parts that declare nothing, so that checking does not walk them. */
function finish(draft: Draft): Shape | undefined {
  const names = new Map<string, Shape | undefined>();
  let inner = false;
  for (const [name, child] of draft.names) {
    const shape = finish(child);
    inner ||= shape !== undefined;
    names.set(name, shape);
  }
  const items = draft.items && finish(draft.items);
  const rest = draft.rest && finish(draft.rest);
  const open = draft.open || !draft.declared;
  return open && !inner && items === undefined && rest === undefined ? undefined : { names, open, items, rest };
}

function listOf(value: unknown): readonly JsonSchema[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
