/** Verbs that have an `actionHook` and tell by it how they went (feature-server 0.9.8, lib/tasks; newer ones: `@jambonz/schema`). */
const NAMES = [
  'agent',
  'conference',
  'dequeue',
  'dial',
  'dialogflow',
  'enqueue',
  'gather',
  'lex',
  'listen',
  'llm',
  'message',
  'rasa',
  'sip-refer',
  'sip-request',
  'sip:refer',
  'sip:request',
  'stream',
] as const;

/** The name of a verb that tells by its `actionHook` how it went. */
export type TellingVerb = (typeof NAMES)[number];

/** By name. */
export const TELLING_VERBS: ReadonlySet<string> = new Set(NAMES);
