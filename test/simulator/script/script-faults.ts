import type { JsonObject } from '../wire/json.ts';

/** Collects every fault of a script, so that its author gets all of them at once. */
export class Faults {
  readonly messages: string[] = [];

  add(where: string, what: string): undefined {
    this.messages.push(`${where}: ${what}`);
    return undefined;
  }
}

/** A time in ms. */
export function readMs(value: unknown, where: string, faults: Faults): number | undefined {
  if (typeof value === 'number' && value >= 0) return value;
  return faults.add(where, 'must be a number of ms');
}

/** The one of `keys` that the object has. */
export function exactlyOne<K extends string>(
  object: JsonObject,
  keys: readonly K[],
  where: string,
  faults: Faults,
): K | undefined {
  const present = keys.filter((key) => object[key] !== undefined);
  const [only] = present;
  if (present.length === 1) return only;
  return faults.add(
    where,
    `needs exactly one of ${keys.join(', ')}${present.length > 1 ? `, not ${present.join(' and ')}` : ''}`,
  );
}

export function checkKeys(object: JsonObject, known: ReadonlySet<string>, where: string, faults: Faults): void {
  for (const key of Object.keys(object)) {
    if (!known.has(key)) faults.add(where, `unknown property "${key}" (known: ${[...known].join(', ')})`);
  }
}
