import type { JSONSchema } from 'json-schema-to-typescript';
import { isObject } from '../../../src/jambonz/json/decode.ts';
import { VERBS_WITHOUT_SCHEMA } from '../../../src/jambonz/verbs/amendments.ts';
import type { JsonSchema, Platform, PropertySpec, VerbSpec } from '../../../src/jambonz/verbs/platform.ts';
import { BASE, isListOfParts, NAMES, partType, pascalCase, typeName, wrapped } from './names.ts';

/** What the types are made of: JSON Schemas in which each reference is the name of a type. */
export interface Definitions {
  /** By the name of the type. */
  readonly schemas: ReadonlyMap<string, JSONSchema>;
  /** The type of each verb, by the verb's name. */
  readonly verbs: ReadonlyMap<string, string>;
  /** The type that a type extends. */
  readonly bases: ReadonlyMap<string, string>;
}

const NONE: Readonly<Record<string, JsonSchema>> = {};

/** Keywords that say nothing about a type, and those that types cannot say. */
const DROPPED = new Set([
  '$schema',
  '$id',
  '$defs',
  'title',
  'minVersion',
  'examples',
  'default',
  'format',
  'allOf',
  'minItems',
  'discriminator',
]);

/**
 * The definitions of all verbs and their parts, as newer servers publish them, with what 0.9.8 takes beside: the properties
 * that are only in `@jambonz/verb-specifications`, and the verbs.
 */
export function definitionsOf(jambonz: Platform): Definitions {
  const { specs } = jambonz;
  const { schemas: published } = jambonz.amended;
  const schemas = new Map<string, JSONSchema>();
  const verbs = new Map<string, string>();
  const bases = new Map<string, string>();

  const define = (id: string, schema: JsonSchema): void => {
    const verb = id.startsWith('verbs/') ? id.slice('verbs/'.length) : undefined;
    const name = typeName(id);
    const base = baseOf(schema, id);
    if (base !== undefined) bases.set(name, typeName(base));
    const spec = specs[verb === undefined ? id.replace(/^components\/(recognizer-)?/, '') : jambonz.resolve(verb).name];
    const inherited = base === undefined ? NONE : membersOf(published.get(BASE + base));
    const wanted = required(inherited, schema);
    const own = base === undefined ? schema : { ...schema, properties: { ...wanted, ...membersOf(schema) } };
    const merged = spec === undefined ? own : withSpec(own, spec, inherited);
    for (const [part, inner] of Object.entries(membersOf(schema, '$defs'))) {
      schemas.set(pascalCase(part), rewrite(inner, id));
    }
    if (verb === undefined) {
      schemas.set(name, rewrite(merged, id));
      return;
    }
    verbs.set(verb, name);
    schemas.set(name, ofVerb(verb, rewrite(merged, id), spec === undefined ? schema['minVersion'] : undefined));
  };

  /** A reference to another schema, as a way from the folder of schemas. */
  const target = (ref: string, id: string): string => new URL(ref, BASE + id).href.slice(BASE.length);

  /** The schema that this one is made of and adds to. `room` is a conference of another name. */
  const baseOf = (schema: JsonSchema, id: string): string | undefined => {
    const refs = [schema, ...listOf(schema['allOf'])].flatMap(({ $ref }) => (typeof $ref === 'string' ? [$ref] : []));
    return refs[0] === undefined ? undefined : target(refs[0], id);
  };

  const rewrite = (schema: JsonSchema, id: string): JSONSchema => {
    const { $ref, description } = schema;
    const words = typeof description === 'string' ? { description: wrapped(description) } : {};
    if (typeof $ref === 'string' && schema['title'] === undefined) {
      const local = /#\/\$defs\/(\w+)$/.exec($ref)?.[1];
      return { tsType: local === undefined ? partType(target($ref, id)) : pascalCase(local), ...words };
    }
    const entries = Object.entries(schema).filter(([keyword]) => !DROPPED.has(keyword) && keyword !== '$ref');
    const rewritten = Object.fromEntries(entries.map(([keyword, value]) => [keyword, inside(keyword, value, id)]));
    // An object of which nothing is said takes anything.
    const open = schema['type'] === 'object' && !('properties' in schema) && !('additionalProperties' in schema);
    return { ...rewritten, ...words, ...(open && { additionalProperties: true }) };
  };

  const inside = (keyword: string, value: unknown, id: string): unknown => {
    if (keyword === 'properties' && isObject(value)) {
      return Object.fromEntries(schemasOf(value).map(([name, property]) => [name, rewrite(property, id)]));
    }
    if (keyword === 'oneOf' || keyword === 'anyOf') return listOf(value).map((branch) => rewrite(branch, id));
    if ((keyword === 'items' || keyword === 'additionalProperties') && isObject(value)) return rewrite(value, id);
    return value;
  };

  /** Adds what only the specification declares, at every depth. */
  const withSpec = (schema: JsonSchema, spec: VerbSpec, inherited: JsonSchema = {}): JsonSchema => {
    const properties: Record<string, unknown> = { ...membersOf(schema) };
    for (const [name, rule] of Object.entries(spec.properties)) {
      const present = properties[name];
      if (isObject(present)) properties[name] = withPart(present, rule);
      else if (!(name in inherited)) properties[name] = fromSpec(rule, name);
    }
    return { ...schema, properties };
  };

  /** What is declared already, made closer where the specification knows the part that it is. */
  const withPart = (schema: JsonSchema, rule: PropertySpec): JsonSchema => {
    if (typeof rule !== 'string' || !rule.startsWith('#') || '$ref' in schema) return schema;
    const part = rule.slice(1);
    const spec = specs[part];
    if (spec === undefined) return schema;
    if ('properties' in schema) return withSpec(schema, spec);
    return { description: schema['description'], tsType: typeOfPart(part) };
  };

  const fromSpec = (rule: PropertySpec, name: string): JsonSchema => {
    if (isListOfParts(rule)) return { type: 'array', items: { tsType: typeOfPart(rule[0]?.slice(1) ?? '') } };
    if (typeof rule !== 'string') return { ...rule };
    if (rule.startsWith('#')) return { tsType: typeOfPart(rule.slice(1)) };
    if (name.endsWith('Hook')) return { tsType: 'ActionHook' };
    const types = rule.split('|').map((type) => type.trim());
    return types.length === 1 ? { type: rule } : { oneOf: types.map((type) => ({ type })) };
  };

  /** A part of a verb that a specification names: a verb without its name, a component, or a type made of the specification. */
  const typeOfPart = (part: string): string => {
    if (jambonz.verbIds.has(part)) return partType(`verbs/${part}`);
    if (published.has(`${BASE}components/${part}`)) return partType(`components/${part}`);
    const name = NAMES.get(part) ?? pascalCase(part);
    const spec = specs[part];
    if (spec === undefined) return 'unknown';
    if (!schemas.has(name)) {
      // It may be part of itself.
      schemas.set(name, {});
      schemas.set(name, rewrite(fromScratch(spec), ''));
    }
    return name;
  };

  const fromScratch = (spec: VerbSpec): JsonSchema =>
    withSpec({ type: 'object', properties: {}, required: spec.required ?? [] }, spec);

  for (const [id, schema] of published) define(id.slice(BASE.length), schema);
  for (const verb of VERBS_WITHOUT_SCHEMA) define(`verbs/${verb}`, fromScratch(specs[verb] ?? { properties: {} }));
  for (const [verb, name] of aliases(jambonz)) {
    verbs.set(verb, name);
    bases.set(name, 'LlmBaseOptions');
    schemas.set(name, ofVerb(verb, { type: 'object' }, undefined));
  }
  return { schemas, verbs, bases };
}

/** Names that a server takes for `llm` and that have no schema. No package lists them. */
function aliases({ verbIds, resolve }: Platform): readonly (readonly [string, string])[] {
  return ['microsoft_s2s', 'voiceagent_s2s']
    .filter((verb) => !verbIds.has(verb) && resolve(verb).name === 'llm')
    .map((verb) => [verb, typeName(`verbs/${verb}`)]);
}

/** @param since the release that brought the verb, where 0.9.8 does not have it */
function ofVerb(verb: string, schema: JSONSchema, since: unknown): JSONSchema {
  const { description = '', properties, required } = schema;
  const late = typeof since === 'string' ? '\n\njambonz 0.9.8 does not have it.' : '';
  return {
    ...schema,
    ...(description + late !== '' && { description: description + late }),
    properties: { verb: { const: verb }, ...without(properties, 'verb') },
    required: ['verb', ...(Array.isArray(required) ? required : [])],
  };
}

/** The members that a base has and only this schema wants. */
function required(inherited: Readonly<Record<string, JsonSchema>>, { required: names }: JsonSchema): JsonSchema {
  const wanted = Array.isArray(names) ? names : [];
  return Object.fromEntries(Object.entries(inherited).filter(([name]) => wanted.includes(name)));
}

function without(members: unknown, name: string): Record<string, JSONSchema> {
  return Object.fromEntries(schemasOf(isObject(members) ? members : {}).filter(([member]) => member !== name));
}

function membersOf(schema: JsonSchema | undefined, keyword = 'properties'): Readonly<Record<string, JsonSchema>> {
  const members = schema?.[keyword];
  return Object.fromEntries(schemasOf(isObject(members) ? members : {}));
}

function schemasOf(members: JsonSchema): readonly (readonly [string, JsonSchema])[] {
  return Object.entries(members).flatMap(([name, member]) => (isObject(member) ? [[name, member] as const] : []));
}

function listOf(value: unknown): readonly JsonSchema[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
