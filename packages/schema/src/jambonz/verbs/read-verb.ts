import { at, clip, type Fault, faultAt, inWords, type Place } from '../fault.ts';
import { isObject, type JsonObject } from '../json/decode.ts';

/** A verb's name and data out of either notation. */
export interface ReadVerb {
  readonly name: string;
  readonly data: JsonObject;
  readonly place: Place;
  /** Its name stands among its data, as `verb`. */
  readonly flat: boolean;
}

/**
 * Reads `{"verb":"say","text":…}` or `{"say":{"text":…}}`; adds a fault where a value is neither.
 *
 * @param isKnown whether a verb of this name exists, to tell what was meant
 */
export function readVerb(
  value: unknown,
  place: Place,
  isKnown: (name: string) => boolean,
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
    faults.push(malformedVerb(value, names, place, isKnown));
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
  isKnown: (name: string) => boolean,
): Fault {
  if (Object.hasOwn(value, 'verb')) {
    const got = inWords(value['verb']);
    return faultAt(at(place, 'verb'), 'the name of a verb', got, `"verb" must be the name of a verb, got ${got}`);
  }
  const keyed = names.find((name) => isKnown(name) && isObject(value[name]));
  const others = names.filter((name) => name !== keyed).map((name) => inWords(name));
  const problem =
    keyed === undefined
      ? `a verb needs "verb" with its name, got ${inWords(value)}`
      : `${others.slice(0, 4).join(', ')} beside ${inWords(keyed)}: put it inside, {"${keyed}":{…}} holds all properties`;
  return faultAt(place, 'a verb', inWords(value), problem);
}
