import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '../simulator/index.ts';
import type { Sight } from './checklist.ts';
import type { BusEvent, Command } from './http-bus.ts';
import type { Sighting } from './sighting.ts';

/** Everything seen before, oldest first. */
export type Past = readonly Sighting[];

/** What is wrong with something, for people; undefined: nothing. */
export type FaultOf<Thing> = (thing: Thing, past: Past) => string | undefined;

/** An event on the bus by its jambonz type. */
export function event(type: string, faultOf: FaultOf<BusEvent>, which: (event: BusEvent) => boolean = always): Sight {
  return {
    is: (seen) => seen.kind === 'event' && seen.event.data.type === type && which(seen.event),
    faultOf: (seen, past) => (seen.kind === 'event' ? faultOf(seen.event, past) : undefined),
  };
}

/** `call:status` of the call itself on the bus. */
export function callStatus(callSid: string, status: string): Sight {
  return event(
    'call:status',
    ({ subject }) => differs('call', subject, callSid),
    ({ data: { data } }) => data['call_status'] === status && data['call_sid'] === callSid,
  );
}

/** `verb:status` on the bus, with the id of the command that brought the verb as its cause. */
export function verbStatus(verbId: string, state: 'starting' | 'finished', cause: string): Sight {
  return event(
    'verb:status',
    ({ causationid }, past) => differs('causationid', causationid, commandOf(past, cause)?.id),
    ({ data: { data } }) => data['id'] === verbId && data['event'] === state,
  );
}

/** The command that the IVR sends under this name. */
export function command(name: string, faultOf: FaultOf<Command> = noFault): Sight {
  return {
    is: (seen) => seen.kind === 'command' && isNamed(name, seen.id),
    faultOf: (seen, past) => (seen.kind === 'command' ? faultOf(seen.command, past) : undefined),
  };
}

/** The next message to jambonz of this type, or with this command in it. */
export function told(what: string, faultOf: FaultOf<JsonObject>): Sight {
  return {
    is: (seen) => seen.kind === 'told' && (seen.message['command'] ?? seen.message['type']) === what,
    faultOf: (seen, past) => (seen.kind === 'told' ? faultOf(seen.message, past) : undefined),
  };
}

/** The terminal result of a command, which should be `delivered`. */
export function delivered(name: string): Sight {
  return {
    is: (seen) => seen.kind === 'result' && isNamed(name, seen.result.commandId) && seen.result.verbId === undefined,
    faultOf: (seen) => {
      if (seen.kind !== 'result') return undefined;
      const { status, code, detail } = seen.result;
      return differs('result', [status, code, detail], ['delivered', undefined, undefined]);
    },
  };
}

/** A later result of a command: what became of the verb with this id. */
export function later(name: string, status: 'started' | 'finished', verbId: string): Sight {
  return {
    is: ({ kind, ...seen }) =>
      'result' in seen &&
      isNamed(name, seen.result.commandId) &&
      seen.result.verbId === verbId &&
      seen.result.status === status,
    faultOf: noFault,
  };
}

/** What the IVR sent under this name. */
export function commandOf(past: Past, name: string): { readonly id: string; readonly command: Command } | undefined {
  for (const seen of past) if (seen.kind === 'command' && isNamed(name, seen.id)) return seen;
  return undefined;
}

/** The verbs of the command that the IVR sent under this name. */
export function verbsOf(past: Past, name: string): readonly unknown[] {
  const data = commandOf(past, name)?.command.data;
  return Array.isArray(data) ? data : [];
}

/** The first message of this type that jambonz said, for this hook if one is given. */
export function saidOf(past: Past, type: string, hook?: string): JsonObject | undefined {
  for (const seen of past) {
    if (seen.kind !== 'said' || seen.message['type'] !== type) continue;
    if (hook === undefined || seen.message['hook'] === hook) return seen.message;
  }
  return undefined;
}

/** What the gateway puts in front of a call's first application, so that jambonz reports on verbs. */
export const NOTIFY_EVENTS = { verb: 'config', notifyEvents: true };

/**
 * The IVR answers a message of jambonz with verbs, which come there as the ack to it.
 *
 * @param name of the command
 * @param question type and hook of the message
 * @param added verbs that the gateway puts in front
 */
export function answered(
  name: string,
  [type, hook]: readonly [type: string, hook?: string],
  ...added: readonly object[]
): readonly [Sight, Sight, Sight] {
  const msgidOf = (past: Past) => saidOf(past, type, hook)?.['msgid'];
  return [
    command(name, (message, past) =>
      differs('ack', message.type === 'ack' ? message.msgid : message.type, msgidOf(past)),
    ),
    told('ack', ({ msgid, data }, past) =>
      differs('ack', { msgid, data }, { msgid: msgidOf(past), data: [...added, ...verbsOf(past, name)] }),
    ),
    delivered(name),
  ];
}

/** Says what is different, in JSON; undefined when nothing is. */
export function differs(what: string, actual: unknown, expected: unknown): string | undefined {
  if (isDeepStrictEqual(actual, expected)) return undefined;
  return `${what}: expected ${shown(expected)}, got ${shown(actual)}`;
}

/** Says so when a text is nowhere in something; undefined when it is. */
export function lacks(what: string, actual: unknown, text: string): string | undefined {
  return JSON.stringify(actual).includes(text) ? undefined : `${what}: expected "${text}" in ${shown(actual)}`;
}

const SHOWN_CHARACTERS = 400;

function shown(value: unknown): string {
  const text = String(JSON.stringify(value));
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

/** The IVR ends the ids of its commands with their names. */
function isNamed(name: string, commandId: string): boolean {
  return commandId.endsWith(`/${name}`);
}

function always(): boolean {
  return true;
}

function noFault(): undefined {
  return undefined;
}
