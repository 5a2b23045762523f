import { type Static, Type } from '@sinclair/typebox';
import { JambonzHook } from './application.ts';
import { CLOSED, commandSchema, Enum, Headers } from './command.ts';

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
    headers: Type.Optional(Headers),
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

/** The bounds are those of lib/http-routes/schemas/create-call.js in jambonz-feature-server, the names those of `rest:dial`. */
export const DialCommand = commandSchema(
  'dial',
  "Places a call of its own, outside this one: the body of the REST API's createCall",
  Type.Object(
    {
      from: Type.String({ minLength: 1, maxLength: 256 }),
      to: DialTarget,
      application_sid: Type.Optional(Type.String({ minLength: 36, maxLength: 36 })),
      account_sid: Type.Optional(Type.String()),
      call_hook: Type.Optional(JambonzHook),
      call_status_hook: Type.Optional(JambonzHook),
      app_json: Type.Optional(Type.String()),
      callerName: Type.Optional(Type.String()),
      fromHost: Type.Optional(Type.String()),
      headers: Type.Optional(Headers),
      tag: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
      timeout: Type.Optional(Type.Integer()),
      timeLimit: Type.Optional(Type.Integer()),
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
