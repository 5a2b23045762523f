import { Type } from '@sinclair/typebox';

/** `{"verb":"say","text":"…"}`: the verb's name beside its properties. */
export interface FlatVerb {
  readonly verb: string;
  /** Makes jambonz report the verb in `verb:status` messages. */
  readonly id?: string;
  readonly [property: string]: unknown;
}

/** `{"say":{"text":"…"}}`: the verb's name around its properties. */
export interface KeyedVerb {
  readonly [verb: string]: { readonly id?: string; readonly [property: string]: unknown };
}

/** One verb of a jambonz application, in either of the notations that jambonz reads. */
export type Verb = FlatVerb | KeyedVerb;

// What is inside a verb is checked by the verb's own JSON Schema (see `createVerbChecker`), which these would only repeat.
export const Verb = Type.Unsafe<Verb>(
  Type.Object({}, { description: 'A jambonz verb, as {"verb":"say","text":"…"} or {"say":{"text":"…"}}' }),
);
export const Verbs = Type.Unsafe<readonly Verb[]>(
  Type.Array(Type.Unknown(), {
    description:
      'A jambonz application: verbs, each as {"verb":"say","text":"…"} or {"say":{"text":"…"}}. An "id" in a verb makes ' +
      'jambonz tell when it starts and finishes. What a verb takes is in the schemas of @jambonz/schema, by which jambus ' +
      'checks it',
  }),
);
