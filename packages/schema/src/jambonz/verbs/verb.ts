import { Type } from '@sinclair/typebox';
import type { VerbsByName } from './verb-types.generated.ts';

/** The name of a verb that some generation of jambonz has. */
export type VerbName = keyof VerbsByName;

/** The verb of this name: `VerbOf<'say'>` is `SayVerb`. */
export type VerbOf<Name extends VerbName> = VerbsByName[Name];

/** `{"verb":"say","text":"…"}`: the verb's name beside its properties. An `id` makes jambonz report it in `verb:status` messages. */
export type FlatVerb = VerbsByName[VerbName];

/** `{"say":{"text":"…"}}`: the verb's name around its properties. */
export type KeyedVerb = {
  [Name in VerbName]: { readonly [Key in Name]: Omit<VerbOf<Name>, 'verb'> };
}[VerbName];

declare const OTHER: unique symbol;

/** A verb that is not checked by the compiler; `otherVerb` makes it. */
export interface OtherVerb {
  readonly [OTHER]: 'verb';
}

/** One verb of a jambonz application, in either of the notations that jambonz reads. */
export type Verb = FlatVerb | KeyedVerb | OtherVerb;

/** A jambonz application. */
export type JambonzApp = readonly Verb[];

/**
 * Takes a verb past the compiler: one of a newer server, or one with properties that this version does not know. It is sent as it
 * is. The adapter checks it all the same.
 */
export function otherVerb(verb: { readonly verb: string; readonly [property: string]: unknown }): OtherVerb {
  return verb as object as OtherVerb;
}

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
