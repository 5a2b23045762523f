import { type PropertySpec, platform } from '../../../src/jambonz/verbs/platform.ts';
import type { Row } from './rows.ts';

type Data = Row[2];

const { specs } = platform();

/** Verbs that 0.9.8 constructs, with what their constructors want beyond the specification. */
export const OLD_VERBS: Readonly<Record<string, Data>> = {
  alert: {},
  answer: {},
  conference: { name: 'c' },
  config: {},
  dequeue: {},
  dial: { target: [{ type: 'phone', number: '1' }] },
  dialogflow: { agent: 'a', credentials: { a: 1 } },
  dtmf: {},
  dub: { track: 't' },
  enqueue: {},
  gather: {},
  hangup: {},
  leave: {},
  lex: {},
  listen: {},
  llm: { vendor: 'ultravox', auth: { apiKey: 'k' } },
  message: {},
  pause: {},
  play: {},
  rasa: {},
  redirect: { actionHook: '/a' },
  say: { text: 'a' },
  'sip:decline': {},
  'sip:refer': {},
  'sip:request': {},
  tag: {},
  transcribe: {},
};

const HOOKS = ['/a', { url: '/a' }, { url: 'https://a', username: 'u', password: 'p' }];
const SIMPLE: Readonly<Record<string, readonly unknown[]>> = {
  string: ['a', ''],
  number: [1, 0, -1, 2.5],
  boolean: [true, false],
  object: [{}, { a: 1 }, { 'X-A': ['a', 'b'], 'X-B': 1 }],
  array: [[], ['a']],
};
/** Values that fit hardly any property. */
const MISFITS = [null, 5, 'mono', [5], { nonsense: 1 }];

/** Data of one verb: with every property of its specification in turn, right and wrong, and its parts to this depth. */
export function enumerate(verb: string, depth: number): readonly Data[] {
  return partsOf(verb, depth, OLD_VERBS[verb]);
}

function partsOf(name: string, depth: number, rest: Data = {}): readonly Data[] {
  const spec = specs[name];
  if (spec === undefined || depth < 0) return [];
  const required = (spec.required ?? []).map((property) => [
    property,
    valuesOf(property, spec.properties[property], 0)[0],
  ]);
  const base: Data = { ...Object.fromEntries(required), ...rest };
  const all: Data[] = [base, { ...base, nonsense: 1 }];
  for (const property of spec.required ?? []) {
    const { [property]: _, ...without } = base;
    all.push(without);
  }
  for (const [property, value] of Object.entries(spec.properties)) {
    for (const member of [...valuesOf(property, value, depth), ...MISFITS]) all.push({ ...base, [property]: member });
  }
  return all;
}

function valuesOf(property: string, spec: PropertySpec | undefined, depth: number): readonly unknown[] {
  if (spec === undefined) return [];
  if (typeof spec === 'string') {
    if (/hook$/i.test(property)) return spec.includes('object') ? HOOKS : ['/a'];
    if (spec.startsWith('#')) return partsOf(spec.slice(1), depth - 1);
    return spec.split('|').flatMap((type) => SIMPLE[type.trim()] ?? []);
  }
  if (isList(spec)) return partsOf(spec[0]?.slice(1) ?? '', depth - 1).map((part) => [part]);
  return 'enum' in spec ? (spec.enum ?? []) : ['a'];
}

function isList(spec: Exclude<PropertySpec, string>): spec is readonly string[] {
  return Array.isArray(spec);
}
