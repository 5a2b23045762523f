import { type Static, Type } from '@sinclair/typebox';
import { type ActionHook, type ConfigVerb, type DubVerb, Verb, Verbs } from '../verbs/index.ts';
import { CLOSED, commandSchema } from './command.ts';

/** Any of the properties, but not none. */
type AtLeastOne<Properties> = {
  [Name in keyof Properties]: Pick<Properties, Name> & Partial<Omit<Properties, Name>>;
}[keyof Properties];

/**
 * A path on this application's websocket, or a web address with how to ask it. feature-server 0.9.8 reads `username` and
 * `password` beside `url`, the documentation has them in `basicAuth`: jambus sends both.
 */
export type JambonzHook = ActionHook;
export const JambonzHook = Type.Unsafe<JambonzHook>(
  Type.Union([Type.String({ minLength: 1 }), Type.Object({ url: Type.String({ minLength: 1 }) })]),
);

/** New applications fetched by jambonz: of the call itself, of the leg that its dial made, or of both. */
export type RedirectHooks = AtLeastOne<{ readonly call_hook: JambonzHook; readonly child_call_hook: JambonzHook }>;
export const RedirectHooks = Type.Unsafe<RedirectHooks>(
  Type.Object(
    { call_hook: Type.Optional(JambonzHook), child_call_hook: Type.Optional(JambonzHook) },
    { ...CLOSED, minProperties: 1 },
  ),
);
/** New applications as they are: of the call itself, of the leg that its dial made, or of both. 0.9.8 fails on `child_call`. */
export type RedirectLegs = AtLeastOne<{ readonly parent_call: readonly Verb[]; readonly child_call: readonly Verb[] }>;
export const RedirectLegs = Type.Unsafe<RedirectLegs>(
  Type.Object({ parent_call: Type.Optional(Verbs), child_call: Type.Optional(Verbs) }, { ...CLOSED, minProperties: 1 }),
);

export const RedirectCommand = commandSchema(
  'redirect',
  'Runs another application; `[]` clears the verbs that have not run yet',
  Type.Union([Verbs, RedirectHooks, RedirectLegs]),
);
export type RedirectCommand = Static<typeof RedirectCommand>;

const Whispered = Type.Unsafe<Verb | readonly Verb[]>(Type.Union([Type.Array(Verb, { minItems: 1 }), Verb]));

export const WhisperCommand = commandSchema(
  'whisper',
  'Plays verbs (say and play only) to one party, during a dial or listen',
  Type.Object({ whisper: Whispered }, CLOSED),
);
export type WhisperCommand = Static<typeof WhisperCommand>;

export const ConfigCommand = commandSchema(
  'config',
  'Settings of the session: the bare properties of the verb `config`',
  Type.Unsafe<Omit<ConfigVerb, 'verb'>>(Type.Object({}, { additionalProperties: true })),
);
export type ConfigCommand = Static<typeof ConfigCommand>;

export const DubCommand = commandSchema(
  'dub',
  'Audio mixed into the call: the bare properties of the verb `dub`',
  Type.Unsafe<Omit<DubVerb, 'verb'>>(Type.Object({}, { additionalProperties: true })),
);
export type DubCommand = Static<typeof DubCommand>;
