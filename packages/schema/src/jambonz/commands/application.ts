import { type Static, Type } from '@sinclair/typebox';
import { Verb, Verbs } from '../verbs/index.ts';
import { CLOSED, commandSchema, Enum } from './command.ts';

/** A path on this application's websocket, or a web address with how to ask it. */
export const JambonzHook = Type.Union([
  Type.String({ minLength: 1 }),
  Type.Object({ url: Type.String({ minLength: 1 }) }),
]);
export type JambonzHook = Static<typeof JambonzHook>;

/** New applications fetched by jambonz: of the call itself, of the leg that its dial made, or of both. */
export const RedirectHooks = Type.Object(
  { call_hook: Type.Optional(JambonzHook), child_call_hook: Type.Optional(JambonzHook) },
  { ...CLOSED, minProperties: 1 },
);
/** New applications as they are: of the call itself, of the leg that its dial made, or of both. */
export const RedirectLegs = Type.Object(
  { parent_call: Type.Optional(Verbs), child_call: Type.Optional(Verbs) },
  { ...CLOSED, minProperties: 1 },
);

export const RedirectCommand = commandSchema(
  'redirect',
  'Runs another application; `[]` clears the verbs that have not run yet',
  Type.Union([Verbs, RedirectHooks, RedirectLegs]),
);
export type RedirectCommand = Static<typeof RedirectCommand>;

export const WhisperCommand = commandSchema(
  'whisper',
  'Plays verbs (say and play only) to one party, during a dial or listen',
  Type.Object({ whisper: Type.Union([Type.Array(Verb, { minItems: 1 }), Verb]) }, CLOSED),
);
export type WhisperCommand = Static<typeof WhisperCommand>;

export const ConfigCommand = commandSchema(
  'config',
  'Settings of the session: the bare properties of the verb `config`',
  Type.Object({}, { additionalProperties: true }),
);
export type ConfigCommand = Static<typeof ConfigCommand>;

export const DubCommand = commandSchema(
  'dub',
  'Audio mixed into the call: the bare properties of the verb `dub`',
  Type.Object({}, { additionalProperties: true }),
);
export type DubCommand = Static<typeof DubCommand>;

const DialTarget = Type.Object(
  {
    type: Enum(['phone', 'sip', 'user', 'teams']),
    number: Type.Optional(Type.String()),
    sipUri: Type.Optional(Type.String()),
    name: Type.Optional(Type.String()),
    tenant: Type.Optional(Type.String()),
    trunk: Type.Optional(Type.String()),
    confirmHook: Type.Optional(JambonzHook),
    method: Type.Optional(Enum(['GET', 'POST'])),
    headers: Type.Optional(Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]))),
    from: Type.Optional(
      Type.Object({ user: Type.Optional(Type.String()), host: Type.Optional(Type.String()) }, CLOSED),
    ),
    auth: Type.Optional(Type.Object({ username: Type.String(), password: Type.String() }, CLOSED)),
    vmail: Type.Optional(Type.Boolean()),
    overrideTo: Type.Optional(Type.String()),
    proxy: Type.Optional(Type.String()),
  },
  CLOSED,
);

export const DialCommand = commandSchema(
  'dial',
  "Places a call of its own, outside this one: the body of the REST API's createCall",
  Type.Object(
    {
      from: Type.String(),
      to: DialTarget,
      application_sid: Type.Optional(Type.String()),
      account_sid: Type.Optional(Type.String()),
      call_hook: Type.Optional(JambonzHook),
      call_status_hook: Type.Optional(JambonzHook),
      app_json: Type.Optional(Type.String()),
      callerName: Type.Optional(Type.String()),
      fromHost: Type.Optional(Type.String()),
      trunk: Type.Optional(Type.String()),
      answerOnBridge: Type.Optional(Type.Boolean()),
      headers: Type.Optional(Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]))),
      tag: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
      timeout: Type.Optional(Type.Number()),
      timeLimit: Type.Optional(Type.Number()),
      amd: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
      dual_streams: Type.Optional(Type.Boolean()),
      referHook: Type.Optional(JambonzHook),
      sipRequestWithinDialogHook: Type.Optional(JambonzHook),
      speech_synthesis_vendor: Type.Optional(Type.String()),
      speech_synthesis_language: Type.Optional(Type.String()),
      speech_synthesis_voice: Type.Optional(Type.String()),
      speech_recognizer_vendor: Type.Optional(Type.String()),
      speech_recognizer_language: Type.Optional(Type.String()),
    },
    CLOSED,
  ),
);
export type DialCommand = Static<typeof DialCommand>;
