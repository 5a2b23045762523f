import { isObject } from '../json/decode.ts';
import type { JsonSchema } from './platform.ts';

/** A place where the schemas of `@jambonz/schema` forget what a server takes, and what has to stand there. */
export interface Amendment {
  /** The `$id` behind `https://jambonz.org/schema/`. */
  readonly schema: string;
  /** The way from the schema's root to the object that gets `add`. */
  readonly at: readonly (string | number)[];
  readonly add: JsonSchema;
  /** Also for servers that check with the schemas as they are published: they leave this open. */
  readonly everywhere?: true;
}

/** specs.json: `"headers": "object"`. The server spreads them into the SIP request as they are (lib/tasks/dial.js). */
const HEADERS: JsonSchema = {
  additionalProperties: {
    type: ['string', 'number', 'array'],
    items: { type: ['string', 'number'] },
  },
};
const WITH_HEADERS = [
  'verbs/dial',
  'verbs/hangup',
  'verbs/rest:dial',
  'verbs/sip:decline',
  'verbs/sip:refer',
  'verbs/sip:request',
  'components/target',
];

export const AMENDMENTS: readonly Amendment[] = [
  // lib/utils/base-requestor.js reads them beside `url`, and no `basicAuth`.
  {
    schema: 'components/actionHook',
    at: ['oneOf', 1, 'properties'],
    add: { username: { type: 'string' }, password: { type: 'string' } },
    everywhere: true,
  },
  // "See Gladia API documentation for available options", says the schema, and allows none. specs.json: `"object"`.
  { schema: 'components/recognizer-gladiaOptions', at: [], add: { additionalProperties: true } },
  // The name in specs.json; the schema has `audio_events_config`, which 0.9.8 refuses.
  {
    schema: 'components/recognizer-speechmaticsOptions',
    at: ['properties'],
    add: { audio_events_config_config: { type: 'object', properties: { types: {} }, additionalProperties: false } },
  },
  ...WITH_HEADERS.map((schema) => ({ schema, at: ['properties', 'headers'], add: HEADERS })),
];

/** Verbs that 0.9.8 runs (lib/tasks/make_task.js) and `@jambonz/schema` does not have: their specification is all there is. */
export const VERBS_WITHOUT_SCHEMA: readonly string[] = ['lex', 'rasa'];

const BASE = 'https://jambonz.org/schema/';

/** Copies of the schemas with the amendments put in; schemas without any are the same objects. */
export function amended(
  schemas: ReadonlyMap<string, JsonSchema>,
  amendments: readonly Amendment[],
): ReadonlyMap<string, JsonSchema> {
  const result = new Map(schemas);
  for (const { schema, at, add } of amendments) {
    const current = result.get(BASE + schema);
    if (current === undefined) throw new RangeError(`@jambonz/schema has no schema ${schema}`);
    result.set(BASE + schema, withAdded(current, at, add, schema));
  }
  return result;
}

function withAdded(node: JsonSchema, [step, ...rest]: Amendment['at'], add: JsonSchema, schema: string): JsonSchema {
  if (step === undefined) return { ...node, ...add };
  const inner = node[step];
  if (Array.isArray(inner)) {
    const [index, ...deeper] = rest;
    const items = inner.map((item, i) => (i === index ? withAdded(item, deeper, add, schema) : item));
    return { ...node, [step]: items };
  }
  if (!isObject(inner)) throw new RangeError(`@jambonz/schema has nothing at ${step} in ${schema}`);
  return { ...node, [step]: withAdded(inner, rest, add, schema) };
}
