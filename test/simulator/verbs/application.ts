/// <reference path="./verb-specifications.d.ts" />
import specifications from '@jambonz/verb-specifications';
import { isJsonObject, type JsonObject } from '../wire/json.ts';
import { checkConstruction } from './constructors.ts';

/** One verb of an application. */
export interface Verb {
  readonly name: string;
  readonly id: string | undefined;
  readonly data: JsonObject;
}

/** What came of reading an application: its verbs, or why jambonz refuses it. */
export type Application =
  | { readonly ok: true; readonly verbs: Verb[] }
  | { readonly ok: false; readonly fault: string };

// The specifications also describe parts of verbs (synthesizer, auth, …); jambonz executes only these.
const EXECUTABLE: ReadonlySet<string> = new Set([
  'alert',
  'answer',
  'conference',
  'config',
  'dequeue',
  'dial',
  'dialogflow',
  'dtmf',
  'dub',
  'enqueue',
  'gather',
  'hangup',
  'leave',
  'lex',
  'listen',
  'llm',
  'message',
  'pause',
  'pipeline',
  'play',
  'rasa',
  'redirect',
  'rest:dial',
  'say',
  'sip:decline',
  'sip:refer',
  'sip:request',
  'tag',
  'transcribe',
]);

const SILENT_LOGGER = { info: () => undefined };

/**
 * Reads an application the way jambonz does, with the same package: both notations, every verb known and executable, no
 * unknown property anywhere. One fault refuses the whole application.
 */
export function parseApplication(data: unknown): Application {
  try {
    const verbs = specifications.normalizeJambones(SILENT_LOGGER, data).map(toVerb);
    return { ok: true, verbs };
  } catch (error) {
    return { ok: false, fault: error instanceof Error ? error.message : String(error) };
  }
}

function toVerb(normalized: Record<string, unknown>): Verb {
  const [entry] = Object.entries(normalized);
  if (!entry) throw new Error('invalid instruction payload');
  const [name, data] = entry;
  if (typeof data !== 'object') throw new Error('invalid instruction payload');
  specifications.validateVerb(name, data, SILENT_LOGGER);
  if (!EXECUTABLE.has(name)) throw new Error(`invalid task ${name}`);
  if (!isJsonObject(data)) throw new Error(`${name}: properties must be an object`);
  checkConstruction(name, data);
  const id = data['id'];
  return { name, id: typeof id === 'string' ? id : undefined, data };
}
