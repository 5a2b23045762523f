import { at, clip, type Fault, faultAt, inWords, MAX_FAULTS, oneOf, type Place } from '../fault.ts';
import type { PlatformGeneration } from '../generation.ts';
import { isObject, type JsonObject } from '../json/decode.ts';
import { didYouMean } from '../suggest.ts';
import { checkConstructor } from './constructor-rules.ts';
import { platform } from './platform.ts';
import { type ReadVerb, readVerb } from './read-verb.ts';
import { schemaFaults } from './schema-faults.ts';
import { checkNames } from './shape.ts';
import { checkSpecification } from './specification.ts';
import { createVerbTable, type KnownVerb, type Reading, type VerbTable } from './verb-table.ts';

/** Checks verbs. Every method adds what is wrong to `faults` and the verbs' ids to `ids`; nothing added means valid. */
export interface VerbChecker {
  /** The servers that the verbs have to be right for. */
  readonly generation: PlatformGeneration;
  /** An application: an array of verbs, which may be empty. */
  application(value: unknown, place: Place, faults: Fault[], ids: string[]): void;
  /** One verb, in either notation; with `only`, one of these. */
  verb(value: unknown, place: Place, faults: Fault[], ids: string[], only?: readonly string[]): void;
  /** The properties of the verb `name` without the verb around them, as the commands `config` and `dub` have them. */
  properties(name: string, value: JsonObject, place: Place, faults: Fault[]): void;
}

/** Compiles the platform's schemas the first time (about 200 ms): call it at start-up. */
export function createVerbChecker(generation: PlatformGeneration): VerbChecker {
  const table = createVerbTable(generation, platform());

  function verb(value: unknown, place: Place, faults: Fault[], ids: string[], only?: readonly string[]): void {
    const read = readVerb(value, place, table.isKnown, faults);
    if (read === undefined) return;
    if (only !== undefined && !only.includes(read.name)) {
      const problem = `only ${only.join(' and ')} are allowed here, got ${inWords(read.name)}`;
      faults.push(faultAt(place, oneOf(only), inWords(read.name), problem));
      return;
    }
    const entry = table.find(read.name);
    if (entry === undefined) {
      faults.push(unknownVerb(read.name, place, table, generation));
      return;
    }
    checkData(read, entry, faults);
    collectIds(read, ids);
  }

  return {
    generation,
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
      const entry = table.find(name);
      if (entry === undefined) throw new RangeError(`jambonz has no verb ${name}`);
      checkData({ name, data: value, place, flat: true }, entry, faults);
    },
  };
}

/** All checks; a place that has a fault already gets no second one about the same thing. */
function checkData(read: ReadVerb, verb: KnownVerb, faults: Fault[]): void {
  const { data, place, flat } = read;
  const before = faults.length;
  const injected = verb.injected === undefined ? data : withInjected(data, verb.injected, flat);
  checkReadings(read, injected, verb, faults);

  if (verb.specification !== undefined) {
    const refused: Fault[] = [];
    checkSpecification(injected, verb.specification, place, refused, flat ? 'verb' : undefined);
    if (refused.length > 0) addOthers(refused, before, faults);
  }
  // As over there: a verb with a fault so far is not constructed. A misspelled `text` would be reported as missing, too.
  if (verb.constructed !== undefined && faults.length === before) {
    checkConstructor(verb.constructed, injected, place, faults);
  }
}

/** What is wrong by the schema; where several may be meant and none fits, by the first. */
function checkReadings(read: ReadVerb, injected: JsonObject, verb: KnownVerb, faults: Fault[]): void {
  const [first, ...others] = verb.readings;
  const before = faults.length;
  checkReading(first, read, injected, verb.quoted, faults);
  if (faults.length === before) return;
  for (const other of others) {
    const otherwise: Fault[] = [];
    checkReading(other, read, injected, verb.quoted, otherwise);
    if (otherwise.length === 0) faults.length = before;
  }
}

function checkReading(reading: Reading, read: ReadVerb, injected: JsonObject, owner: string, faults: Fault[]): void {
  const { validate, shape, ofTarget } = reading;
  const before = faults.length;
  if (shape !== undefined) checkNames(read.data, shape, read.place, owner, faults);
  const validated = ofTarget ? injected : read.data;
  if (validate?.(validated) === false) {
    addOthers(schemaFaults(validate.errors ?? [], validated, read.place, owner), before, faults);
  }
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

const SERVERS: Readonly<Record<PlatformGeneration, string>> = {
  'open-source-0.9': 'jambonz 0.9.8',
  '10.x': 'jambonz 10.x',
  tolerant: 'jambonz',
};

function unknownVerb(name: string, place: Place, table: VerbTable, generation: PlatformGeneration): Fault {
  const quoted = JSON.stringify(clip(name, 40));
  const problem = table.isKnown(name)
    ? `${SERVERS[generation]} has no verb ${quoted}; JAMBUS_PLATFORM names the servers that verbs are checked for`
    : `jambonz has no verb ${quoted}${didYouMean(name, table.usable)}`;
  return faultAt(place, oneOf(table.usable), inWords(name), problem);
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
