import { type Static, Type } from '@sinclair/typebox';
import { Verbs } from '../verbs/index.ts';
import { CLOSED } from './command.ts';

/** Answers a message of jambonz that wants it, with the verbs to go on with, if any. */
export const JambonzAck = Type.Object(
  {
    type: Type.Literal('ack'),
    msgid: Type.String({ minLength: 1, description: 'The msgid of the message it answers' }),
    data: Type.Optional(Type.Union([Verbs, Type.Null()])),
  },
  CLOSED,
);
export type JambonzAck = Static<typeof JambonzAck>;
