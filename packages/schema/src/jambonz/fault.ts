/** One thing that is wrong with a command, said so that its author can put it right without reading our code. */
export interface Fault {
  /** Where: `$` is the message, `$.data[0].text` the text of its first verb. */
  readonly path: string;
  /** What may stand there. */
  readonly expected: string;
  /** What stands there, shortened. */
  readonly got: string;
  /** All of it in one sentence, with the nearest correct name where there is one. */
  readonly message: string;
}

/** More faults than this help nobody; looking for them stops there, so that a payload made of faults costs no time. */
export const MAX_FAULTS = 20;

/** A place inside a JSON value. Linked, so that walking a valid command builds no path strings. */
export interface Place {
  readonly parent: Place | undefined;
  readonly key: string | number;
}

/** The message itself. */
export const ROOT: Place = { parent: undefined, key: '$' };

/** The member `key` (or element, for a number) of the value at `parent`. */
export function at(parent: Place, key: string | number): Place {
  return { parent, key };
}

/** A fault at `place`; `problem` is the sentence without the path, which is put in front of it. */
export function faultAt(place: Place, expected: string, got: string, problem: string): Fault {
  const path = pathOf(place);
  return { path, expected: clip(expected, 240), got, message: `${path}: ${clip(problem, 400)}` };
}

/** `$.data[0].text`; names that are no identifiers are quoted: `$.data["sip:request"]`. */
export function pathOf(place: Place): string {
  if (place.parent === undefined) return String(place.key);
  const before = pathOf(place.parent);
  if (typeof place.key === 'number') return `${before}[${place.key}]`;
  return IDENTIFIER.test(place.key) ? `${before}.${place.key}` : `${before}[${JSON.stringify(clip(place.key, 40))}]`;
}

const IDENTIFIER = /^[A-Za-z_$][\w$]{0,59}$/;

/** A JSON value as a few words of bounded length, for `got`. */
export function inWords(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return JSON.stringify(clip(value, 40));
  if (value === null || typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : `an array of ${value.length}`;
  const names = Object.keys(value);
  if (names.length === 0) return 'an empty object';
  const shown = names.slice(0, 4).map((name) => JSON.stringify(clip(name, 40)));
  return `an object with ${shown.join(', ')}${names.length > shown.length ? ', …' : ''}`;
}

/** `"a", "b" or "c"`. */
export function oneOf(values: readonly unknown[]): string {
  const words = values.map((value) => JSON.stringify(value));
  const last = words.pop() ?? 'nothing';
  return words.length === 0 ? last : `${words.join(', ')} or ${last}`;
}

/** At most `length` characters, the last of them an ellipsis where something was cut. */
export function clip(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

/** The most characters that `describeFaults` returns. */
export const MAX_DETAIL_LENGTH = 1000;

/** Faults as the `detail` of a result: the first ones in full, then how many more there are; never over 1,000 characters. */
export function describeFaults(faults: readonly Fault[]): string {
  let detail = '';
  for (const [index, fault] of faults.entries()) {
    const next = index === 0 ? clip(fault.message, MAX_DETAIL_LENGTH - 40) : `${detail} | ${fault.message}`;
    // Leaves room for the count that takes the place of what does not fit.
    if (next.length > MAX_DETAIL_LENGTH - 20) return `${detail} | and ${faults.length - index} more`;
    detail = next;
  }
  return detail;
}
