import { type Static, Type } from '@sinclair/typebox';
import { Verbs } from '../verbs/index.ts';
import { CLOSED } from './command.ts';

export const JambonzAck = Type.Object(
  {
    type: Type.Literal('ack'),
    msgid: Type.String({ minLength: 1, description: 'The msgid of the message it answers' }),
    data: Type.Optional(Type.Union([Verbs, Type.Null()])),
    command: Type.Optional(
      Type.String({
        description: 'Sent along by older clients of jambonz, as is queueCommand; it has no meaning here',
      }),
    ),
    queueCommand: Type.Optional(Type.Boolean()),
  },
  {
    ...CLOSED,
    description: 'Answers a message of jambonz that wants it, with the verbs to go on with, if any',
  },
);
export type JambonzAck = Static<typeof JambonzAck>;
