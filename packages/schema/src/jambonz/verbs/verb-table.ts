import type { ValidateFunction } from 'ajv';
import type { PlatformGeneration } from '../generation.ts';
import type { JsonObject } from '../json/decode.ts';
import { VERBS_WITHOUT_SCHEMA } from './amendments.ts';
import type { Platform, SchemaSet } from './platform.ts';
import { type Shape, shapeOf } from './shape.ts';
import { compileSpecifications, type Specification } from './specification.ts';

/** One schema that a verb may be read by. */
export interface Reading {
  /** Undefined for a verb that no schema describes. */
  readonly validate: ValidateFunction | undefined;
  readonly shape: Shape | undefined;
  /** It is the schema of the verb that an alias stands for, and takes the data with what the alias brings. */
  readonly ofTarget: boolean;
}

/** How a verb of one name is checked for one generation of servers. */
export interface KnownVerb {
  readonly quoted: string;
  /** At least one; the verb has to fit one of them. */
  readonly readings: readonly [Reading, ...Reading[]];
  /** Undefined where 0.9.8 has no such verb, and where it is not asked. */
  readonly specification: Specification | undefined;
  /** The verb that 0.9.8 constructs, where its constructors are asked. */
  readonly constructed: string | undefined;
  /** For an alias: what the server puts into the data when it turns the alias into the real verb. */
  readonly injected: JsonObject | undefined;
}

export interface VerbTable {
  /** The verbs that the servers of this generation have. */
  readonly usable: readonly string[];
  /** Whether any generation has a verb of this name. */
  isKnown(name: string): boolean;
  /** Undefined for a verb that this generation does not have. Finds aliases without a schema of their own, too. */
  find(name: string): KnownVerb | undefined;
}

/** Compiles the schemas of every verb: about 200 ms the first time. */
export function createVerbTable(generation: PlatformGeneration, jambonz: Platform): VerbTable {
  const specifications = compileSpecifications(jambonz.specs);
  const verbs = new Map<string, KnownVerb>();
  const schemas = generation === '10.x' ? jambonz.published : jambonz.amended;

  function describe(name: string): KnownVerb {
    const old = jambonz.resolve(name);
    const target = old.name === name ? jambonz.resolveNewer(name) : old;
    const specification = specifications.get(old.name);
    const isStrict = generation === 'open-source-0.9';
    const onlySpecified = VERBS_WITHOUT_SCHEMA.includes(name);
    return {
      quoted: JSON.stringify(name),
      readings: readingsOf(name, target.name, generation, schemas, jambonz),
      specification: isStrict || onlySpecified ? specification : undefined,
      constructed: isStrict ? old.name : undefined,
      injected: target.name === name ? undefined : target.injected,
    };
  }

  const isOld = (name: string): boolean => specifications.has(jambonz.resolve(name).name);
  const isNew = (name: string): boolean => jambonz.verbIds.has(jambonz.resolveNewer(name).name);
  const names = [...jambonz.verbIds.keys(), ...VERBS_WITHOUT_SCHEMA];
  const has = (name: string): boolean =>
    (generation !== '10.x' && isOld(name)) || (generation !== 'open-source-0.9' && isNew(name));
  for (const name of names) if (has(name)) verbs.set(name, describe(name));
  const usable = [...verbs.keys()];

  return {
    usable,
    isKnown: (name) => names.includes(name),
    find(name) {
      const verb = verbs.get(name);
      if (verb !== undefined || names.includes(name)) return verb;
      if (jambonz.resolveNewer(name).name === name || !has(name)) return undefined;
      const alias = describe(name);
      // Bounded by the platform's own table of aliases: any other name has left above.
      verbs.set(name, alias);
      return alias;
    },
  };
}

/**
 * 0.9.8 turns an alias of `llm` into `llm` before it checks, and lets the alias's own `vendor` win
 * (`applyVerbTransform` of `@jambonz/verb-specifications`); newer servers have schemas for the aliases themselves.
 */
function readingsOf(
  name: string,
  target: string,
  generation: PlatformGeneration,
  schemas: SchemaSet,
  jambonz: Platform,
): KnownVerb['readings'] {
  const reading = (verb: string): Reading => {
    const id = jambonz.verbIds.get(verb);
    const ofTarget = verb !== name;
    // The names that a verb without schema may have are in its specification, which is asked anyway.
    if (id === undefined) return { validate: undefined, shape: undefined, ofTarget };
    return { validate: schemas.validator(id), shape: shapeOf(verb, jambonz, schemas), ofTarget };
  };
  const own = jambonz.verbIds.has(name) || target === name ? reading(name) : reading(target);
  if (own.ofTarget || target !== 'llm' || target === name || generation === '10.x') return [own];
  return generation === 'tolerant' ? [own, reading(target)] : [reading(target)];
}
