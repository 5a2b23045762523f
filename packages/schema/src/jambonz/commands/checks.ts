import { at, type Fault, faultAt, inWords, type Place } from '../fault.ts';
import { isObject } from '../json/decode.ts';
import type { VerbChecker } from '../verbs/index.ts';
import { differsFrom } from './conflict.ts';

/** Checks what the schema cannot: the verbs inside, and members that depend on each other. `data` fits the schema. */
export type CheckData = (data: unknown, verbs: VerbChecker, place: Place, faults: Fault[], ids: string[]) => void;

/**
 * The applications inside a redirect. `child_call` makes 0.9.8 throw before it has looked at `parent_call`
 * (`_lccCallHook` in lib/session/call-session.js takes the child leg from a hook's answer, and there is none): neither leg
 * gets its verbs. Where some of the servers may be of this generation it is refused as well: the verbs would be lost.
 */
export const redirectVerbs: CheckData = (data, verbs, place, faults, ids) => {
  if (Array.isArray(data)) {
    verbs.application(data, place, faults, ids);
    return;
  }
  if (!isObject(data)) return;
  if (data['child_call'] !== undefined && verbs.generation !== '10.x') {
    const problem =
      'jambonz 0.9.8 fails on "child_call", and loses what stands in "parent_call" with it; ' +
      'redirect the child leg with "child_call_hook", and the parent by a redirect of its own';
    faults.push(faultAt(at(place, 'child_call'), '"child_call_hook"', inWords(data['child_call']), problem));
    return;
  }
  if (data['parent_call'] !== undefined) verbs.application(data['parent_call'], at(place, 'parent_call'), faults, ids);
  // The child leg reports its verbs on a session of its own: their ids say nothing about this command.
  if (data['child_call'] !== undefined) verbs.application(data['child_call'], at(place, 'child_call'), faults, []);
};

const WHISPERABLE = ['say', 'play'];

export const whisperVerbs: CheckData = (data, verbs, place, faults, ids) => {
  if (!isObject(data)) return;
  const inside = at(place, 'whisper');
  const value = data['whisper'];
  if (Array.isArray(value)) {
    for (const [index, verb] of value.entries()) verbs.verb(verb, at(inside, index), faults, ids, WHISPERABLE);
    return;
  }
  if (isObject(value) && Object.hasOwn(value, 'url')) {
    const problem = 'jambonz takes a single verb with "url" for the address of an application: put it into an array';
    faults.push(faultAt(inside, 'an array of verbs', inWords(value), problem));
    return;
  }
  verbs.verb(value, inside, faults, ids, WHISPERABLE);
};

export function verbProperties(verb: string): CheckData {
  return (data, verbs, place, faults) => {
    if (isObject(data)) verbs.properties(verb, data, place, faults);
  };
}

export const roomSayProperties: CheckData = (data, verbs, place, faults) => {
  if (!isObject(data)) return;
  const { replace: _, ...say } = data;
  verbs.properties('say', say, place, faults);
};

export function refuseConflict(name: string): CheckData {
  const differs = differsFrom(name);
  return (data, _verbs, place, faults) => {
    if (!differs(data)) return;
    const problem = `what stands in "${name}" differs from what stands beside it; send it once, or the same twice`;
    faults.push(faultAt(at(place, name), 'the same as beside it', inWords(data), problem));
  };
}
