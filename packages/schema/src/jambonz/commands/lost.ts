import { at, type Place } from '../fault.ts';
import { isObject } from '../json/decode.ts';
import { type Warning, warningAt } from '../warning.ts';

/** What of a command's data is without effect on 0.9.8: the property and its value. */
export type LostValues = Readonly<Record<string, readonly string[]>>;

/** A warning for a command that 0.9.8 does not have: `_onCommand` in lib/session/call-session.js logs it and goes on. */
export function unknownTo09(name: string, place: Place): Warning {
  const problem = `jambonz 0.9.8 has no command ${JSON.stringify(name)} and only logs it: it has no effect there`;
  return warningAt('no-effect', at(place, 'command'), problem);
}

/** Warnings for values that 0.9.8 ignores (`updateListen` in lib/tasks/listen.js knows pause and resume). */
export function lostOn09(data: unknown, lost: LostValues, place: Place): readonly Warning[] {
  if (!isObject(data)) return [];
  return Object.entries(lost).flatMap(([name, values]) => {
    const value = data[name];
    if (typeof value !== 'string' || !values.includes(value)) return [];
    const problem = `jambonz 0.9.8 ignores ${JSON.stringify(value)} here: it has no effect there`;
    return [warningAt('no-effect', at(place, name), problem)];
  });
}
