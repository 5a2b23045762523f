import { at, type Fault, faultAt, inWords, oneOf, type Place } from '../fault.ts';
import { isObject, type JsonObject } from '../json/decode.ts';

/**
 * What the constructor of a verb demands on feature-server 0.9.8, beyond every schema. A constructor that throws makes
 * the caller hear SIP 480 when the verb stands in an application; in a redirect the whole command is lost, and jambonz
 * says so in its log only.
 */
export interface ConstructorRule {
  /** The verb that 0.9.8 makes of an alias: `llm` for every `*_s2s`. */
  readonly verb: string;
  /** The rule holds only for verbs with one of these values in the property. */
  readonly when?: { readonly property: string; readonly is: readonly string[] };
  /** The rule is void for verbs with exactly this value in the property. */
  readonly unless?: { readonly property: string; readonly is: unknown };
  /** The way from the verb's data to the value that it is about. */
  readonly at: readonly string[];
  readonly needs: Need;
  /** The file of jambonz-feature-server that has the rule. */
  readonly source: string;
}

/**
 * - `text`: a string, which may be empty, or an array of them
 * - `content`: anything but nothing, `null`, `false`, 0 and the empty string
 * - `object`: an object
 * - a list: one of these strings
 */
export type Need = 'text' | 'content' | 'object' | readonly string[];

const LLM_VENDORS = ['openai', 'microsoft', 'deepgram', 'voiceagent', 'ultravox', 'elevenlabs', 'google'];
const LLM = 'lib/tasks/llm/index.js';
const OPENAI = 'lib/tasks/llm/llms/openai_s2s.js';
const VOICE_AGENT = 'lib/tasks/llm/llms/voice_agent_s2s.js';
const GOOGLE = 'lib/tasks/llm/llms/google_s2s.js';
const ELEVENLABS = 'lib/tasks/llm/llms/elevenlabs_s2s.js';
const ULTRAVOX = 'lib/tasks/llm/llms/ultravox_s2s.js';

function llm(source: string, vendors: readonly string[], at: readonly string[], needs: Need): ConstructorRule {
  return { verb: 'llm', when: { property: 'vendor', is: vendors }, at, needs, source };
}

export const CONSTRUCTOR_RULES: readonly ConstructorRule[] = [
  { verb: 'say', unless: { property: 'stream', is: true }, at: ['text'], needs: 'text', source: 'lib/tasks/say.js' },
  { verb: 'conference', at: ['name'], needs: 'content', source: 'lib/tasks/conference.js' },
  { verb: 'dub', at: ['track'], needs: 'content', source: 'lib/tasks/dub.js' },
  { verb: 'dialogflow', at: ['credentials'], needs: 'content', source: 'lib/tasks/dialogflow/index.js' },
  {
    verb: 'dialogflow',
    when: { property: 'model', is: ['cx'] },
    at: ['agent'],
    needs: 'content',
    source: 'lib/tasks/dialogflow/index.js',
  },
  { verb: 'llm', at: ['vendor'], needs: LLM_VENDORS, source: LLM },
  llm(OPENAI, ['openai', 'microsoft'], ['auth', 'apiKey'], 'content'),
  llm(OPENAI, ['microsoft'], ['connectOptions', 'host'], 'content'),
  llm(OPENAI, ['openai', 'microsoft'], ['llmOptions', 'response_create'], 'object'),
  llm(VOICE_AGENT, ['deepgram', 'voiceagent'], ['auth', 'apiKey'], 'content'),
  llm(VOICE_AGENT, ['deepgram', 'voiceagent'], ['llmOptions', 'Settings', 'agent'], 'content'),
  llm(VOICE_AGENT, ['deepgram', 'voiceagent'], ['llmOptions', 'Settings', 'agent', 'think'], 'content'),
  llm(VOICE_AGENT, ['deepgram', 'voiceagent'], [...thinkProvider(), 'model'], 'content'),
  llm(VOICE_AGENT, ['deepgram', 'voiceagent'], [...thinkProvider(), 'type'], 'content'),
  llm(GOOGLE, ['google'], ['auth', 'apiKey'], 'content'),
  llm(GOOGLE, ['google'], ['llmOptions', 'setup'], 'object'),
  llm(ELEVENLABS, ['elevenlabs'], ['auth', 'agent_id'], 'content'),
  llm(ULTRAVOX, ['ultravox'], ['auth', 'apiKey'], 'content'),
];

function thinkProvider(): readonly string[] {
  return ['llmOptions', 'Settings', 'agent', 'think', 'provider'];
}

/** Verbs that a constructor makes of parts of its own verb, and which have rules: lib/tasks/gather.js, lib/tasks/dial.js. */
const NESTED: readonly { readonly verb: string; readonly property: string; readonly is: string }[] = [
  { verb: 'gather', property: 'say', is: 'say' },
  { verb: 'dial', property: 'dub', is: 'dub' },
];

const RULES = byVerb(CONSTRUCTOR_RULES);
const PARTS = byVerb(NESTED);

function byVerb<Entry extends { readonly verb: string }>(entries: readonly Entry[]): ReadonlyMap<string, Entry[]> {
  const map = new Map<string, Entry[]>();
  for (const entry of entries) map.set(entry.verb, [...(map.get(entry.verb) ?? []), entry]);
  return map;
}

/**
 * Adds what the constructor of `verb` would refuse.
 *
 * @param verb the verb that 0.9.8 makes of the name it was given
 * @param data its properties, with those that an alias brings
 */
export function checkConstructor(verb: string, data: JsonObject, place: Place, faults: Fault[]): void {
  const missing: string[] = [];
  for (const rule of RULES.get(verb) ?? []) {
    if (!applies(rule, data) || meets(valueAt(data, rule.at), rule.needs)) continue;
    // What lacks as a whole lacks in its parts too, which need not be said.
    const path = `${rule.at.join('.')}.`;
    if (missing.some((whole) => path.startsWith(whole))) continue;
    missing.push(path);
    faults.push(faultOf(rule, data, place));
  }
  for (const { property, is } of PARTS.get(verb) ?? []) {
    const inner = data[property];
    const inside = at(place, property);
    if (isObject(inner)) checkConstructor(is, inner, inside, faults);
    if (!Array.isArray(inner)) continue;
    for (const [index, item] of inner.entries()) {
      if (isObject(item)) checkConstructor(is, item, at(inside, index), faults);
    }
  }
}

function applies({ when, unless }: ConstructorRule, data: JsonObject): boolean {
  if (unless !== undefined && data[unless.property] === unless.is) return false;
  return when === undefined || when.is.some((value) => value === data[when.property]);
}

function valueAt(data: JsonObject, steps: readonly string[]): unknown {
  let value: unknown = data;
  for (const step of steps) value = isObject(value) ? value[step] : undefined;
  return value;
}

function faultOf(rule: ConstructorRule, data: JsonObject, place: Place): Fault {
  let where = place;
  for (const step of rule.at) where = at(where, step);
  const got = inWords(valueAt(data, rule.at));
  const expected = needInWords(rule.needs);
  const owner =
    rule.when === undefined
      ? rule.verb
      : `${rule.verb}" with ${rule.when.property} "${String(data[rule.when.property])}`;
  const otherwise = rule.unless === undefined ? '' : `, or "${rule.unless.property}": ${String(rule.unless.is)}`;
  const problem = `jambonz 0.9.8 needs "${rule.at.join('.')}" in "${owner}", ${expected}${otherwise}; got ${got}`;
  return faultAt(where, expected, got, problem);
}

function meets(value: unknown, need: Need): boolean {
  if (typeof need !== 'string') return typeof value === 'string' && need.includes(value);
  if (need === 'text') return typeof value === 'string' || Array.isArray(value);
  if (need === 'object') return typeof value === 'object' && value !== null;
  return Boolean(value);
}

function needInWords(need: Need): string {
  if (typeof need !== 'string') return oneOf(need);
  if (need === 'text') return 'a string or an array of strings';
  return need === 'object' ? 'an object' : 'a value that is not empty';
}
