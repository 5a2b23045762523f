import type { ValidateFunction } from 'ajv';
import { at, clip, type Fault, faultAt, inWords, MAX_FAULTS, oneOf, type Place } from '../fault.ts';
import { isObject, type JsonObject } from '../json/decode.ts';
import { didYouMean } from '../suggest.ts';
import { type Platform, platform } from './platform.ts';
import { schemaFaults } from './schema-faults.ts';
import { checkNames, type Shape, shapeOf } from './shape.ts';
import { checkSpecification, compileSpecifications, type Specification } from './specification.ts';

/**
 * How verbs are checked. `schema`: by the JSON Schemas of `@jambonz/schema`, and no undeclared property. `strict`: also by
 * what the open-source server 0.9.8 accepts, which rejects a whole application for one property it does not know.
 */
export type VerbCheck = 'strict' | 'schema';

/** Checks verbs. Every method adds what is wrong to `faults` and the verbs' ids to `ids`; nothing added means valid. */
export interface VerbChecker {
  /** An application: an array of verbs, which may be empty. */
  application(value: unknown, place: Place, faults: Fault[], ids: string[]): void;
  /** One verb, in either notation; with `only`, one of these. */
  verb(value: unknown, place: Place, faults: Fault[], ids: string[], only?: readonly string[]): void;
  /** The properties of the verb `name` without the verb around them, as the commands `config` and `dub` have them. */
  properties(name: string, value: JsonObject, place: Place, faults: Fault[]): void;
}

interface KnownVerb {
  readonly quoted: string;
  readonly validate: ValidateFunction;
  readonly shape: Shape | undefined;
  /** Undefined where 0.9.8 has no such verb, and where it is not asked. */
  readonly specification: Specification | undefined;
  /** For an alias: what the server puts into the data when it turns the alias into the real verb. */
  readonly injected: JsonObject | undefined;
  /** The alias has no schema of its own: `validate` is the real verb's and takes the data with `injected`. */
  readonly validatesInjected: boolean;
}

/** A verb's name and data out of either notation. */
interface ReadVerb {
  readonly name: string;
  readonly data: JsonObject;
  readonly place: Place;
  /** Its name stands among its data, as `verb`. */
  readonly flat: boolean;
}

/** Compiles the platform's schemas the first time (about 200 ms): call it at start-up. */
export function createVerbChecker(check: VerbCheck): VerbChecker {
  const { known, find } = createVerbTable(check, platform());

  function verb(value: unknown, place: Place, faults: Fault[], ids: string[], only?: readonly string[]): void {
    const read = readVerb(value, place, known, faults);
    if (read === undefined) return;
    if (only !== undefined && !only.includes(read.name)) {
      const problem = `only ${only.join(' and ')} are allowed here, got ${inWords(read.name)}`;
      faults.push(faultAt(place, oneOf(only), inWords(read.name), problem));
      return;
    }
    const entry = find(read.name);
    if (entry === undefined || (check === 'strict' && entry.specification === undefined)) {
      faults.push(unknownVerb(read.name, place, known, check));
      return;
    }
    checkData(read, entry, faults);
    collectIds(read, ids);
  }

  return {
    verb,
    application(value, place, faults, ids) {
      if (!Array.isArray(value)) {
        const got = inWords(value);
        faults.push(faultAt(place, 'an array of verbs', got, `an application is an array of verbs, got ${got}`));
        return;
      }
      for (const [index, item] of value.entries()) {
        if (faults.length >= MAX_FAULTS) return;
        verb(item, at(place, index), faults, ids);
      }
    },
    properties(name, value, place, faults) {
      const entry = find(name);
      if (entry === undefined) throw new RangeError(`jambonz has no verb ${name}`);
      checkData({ name, data: value, place, flat: true }, entry, faults);
    },
  };
}

interface VerbTable {
  /** Every verb that may be used with this check, by name. */
  readonly known: ReadonlyMap<string, KnownVerb>;
  /** Also finds the aliases that have no schema of their own, such as `microsoft_s2s`. */
  find(name: string): KnownVerb | undefined;
}

function createVerbTable(check: VerbCheck, jambonz: Platform): VerbTable {
  const specifications = check === 'strict' ? compileSpecifications(jambonz.specs) : undefined;
  const known = new Map<string, KnownVerb>();
  const aliases = new Map<string, KnownVerb>();

  function describe(name: string, schemaName: string): KnownVerb {
    const old = jambonz.resolve(name);
    const resolved = old.name === name ? jambonz.resolveNewer(name) : old;
    return {
      quoted: JSON.stringify(name),
      validate: jambonz.validator(jambonz.verbIds.get(schemaName) ?? schemaName),
      shape: shapeOf(schemaName, jambonz),
      specification: specifications?.get(old.name),
      injected: resolved.name === name ? undefined : resolved.injected,
      validatesInjected: schemaName !== name,
    };
  }

  for (const name of jambonz.verbIds.keys()) known.set(name, describe(name, name));
  return {
    known,
    find(name) {
      const entry = known.get(name) ?? aliases.get(name);
      if (entry !== undefined) return entry;
      const target = jambonz.resolveNewer(name).name;
      if (target === name) return undefined;
      const alias = describe(name, target);
      // Bounded by the platform's own table of aliases: any other name has left above.
      aliases.set(name, alias);
      return alias;
    },
  };
}

/** All three checks; a place that has a fault already gets no second one about the same thing. */
function checkData({ data, place, flat }: ReadVerb, verb: KnownVerb, faults: Fault[]): void {
  const before = faults.length;
  if (verb.shape !== undefined) checkNames(data, verb.shape, place, verb.quoted, faults);

  const injected = verb.injected === undefined ? data : withInjected(data, verb.injected, flat);
  const validated = verb.validatesInjected ? injected : data;
  if (verb.validate(validated) === false) {
    const errors = schemaFaults(verb.validate.errors ?? [], validated, place, verb.quoted);
    addOthers(errors, before, faults);
  }
  if (verb.specification === undefined) return;
  const refused: Fault[] = [];
  checkSpecification(injected, verb.specification, place, refused, flat ? 'verb' : undefined);
  if (refused.length > 0) addOthers(refused, before, faults);
}

function addOthers(more: readonly Fault[], from: number, faults: Fault[]): void {
  const taken = new Set(faults.slice(from).map((fault) => fault.path));
  for (const fault of more) {
    if (taken.has(fault.path)) continue;
    taken.add(fault.path);
    faults.push(fault);
  }
}

function withInjected(data: JsonObject, injected: JsonObject, flat: boolean): JsonObject {
  if (!flat) return { ...injected, ...data };
  const { verb: _, ...own } = data;
  return { ...injected, ...own };
}

function readVerb(
  value: unknown,
  place: Place,
  known: ReadonlyMap<string, KnownVerb>,
  faults: Fault[],
): ReadVerb | undefined {
  if (!isObject(value)) {
    const got = inWords(value);
    faults.push(faultAt(place, 'a verb', got, `a verb is an object such as {"verb":"say","text":"…"}, got ${got}`));
    return undefined;
  }
  const flat = value['verb'];
  if (typeof flat === 'string') return { name: flat, data: value, place, flat: true };
  const names = Object.keys(value);
  const name = names[0];
  if (flat !== undefined || name === undefined || names.length > 1) {
    faults.push(malformedVerb(value, names, place, known));
    return undefined;
  }
  const data = value[name];
  const inner = at(place, name);
  if (isObject(data)) return { name, data, place: inner, flat: false };
  const problem = `{"${clip(name, 40)}": …} takes an object with the verb's properties, got ${inWords(data)}`;
  faults.push(faultAt(inner, 'an object', inWords(data), problem));
  return undefined;
}

function malformedVerb(
  value: JsonObject,
  names: readonly string[],
  place: Place,
  known: ReadonlyMap<string, KnownVerb>,
): Fault {
  if (Object.hasOwn(value, 'verb')) {
    const got = inWords(value['verb']);
    return faultAt(at(place, 'verb'), 'the name of a verb', got, `"verb" must be the name of a verb, got ${got}`);
  }
  const keyed = names.find((name) => known.has(name) && isObject(value[name]));
  const others = names.filter((name) => name !== keyed).map((name) => inWords(name));
  const problem =
    keyed === undefined
      ? `a verb needs "verb" with its name, got ${inWords(value)}`
      : `${others.slice(0, 4).join(', ')} beside ${inWords(keyed)}: put it inside, {"${keyed}":{…}} holds all properties`;
  return faultAt(place, 'a verb', inWords(value), problem);
}

function unknownVerb(name: string, place: Place, known: ReadonlyMap<string, KnownVerb>, check: VerbCheck): Fault {
  const usable = [...known].filter(([, verb]) => check === 'schema' || verb.specification !== undefined);
  const names = usable.map(([usableName]) => usableName);
  const quoted = JSON.stringify(clip(name, 40));
  const problem = known.has(name)
    ? `jambonz 0.9.8 has no verb ${quoted}; for newer servers, which have it, set the verb check to "schema"`
    : `jambonz has no verb ${quoted}${didYouMean(name, names)}`;
  return faultAt(place, oneOf(names), inWords(name), problem);
}

/** The prompts of a gather run as tasks of their own and report under their own ids. */
const PROMPTS = ['say', 'play'];

function collectIds({ name, data }: ReadVerb, ids: string[]): void {
  const id = data['id'];
  if (typeof id === 'string') ids.push(id);
  if (name !== 'gather') return;
  for (const prompt of PROMPTS) {
    const nested = data[prompt];
    if (isObject(nested) && typeof nested['id'] === 'string') ids.push(nested['id']);
  }
}
