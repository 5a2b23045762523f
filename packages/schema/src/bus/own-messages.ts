import { type Static, type TObject, type TProperties, Type } from '@sinclair/typebox';
import { createDataChecks } from '../jambonz/messages/data-checks.ts';
import type { JambonzMessage } from '../jambonz/messages/message.ts';

function message<const Name extends string, Data extends TProperties>(type: Name, description: string, data: Data) {
  return Type.Object(
    {
      type: Type.Literal(type),
      call_sid: Type.String({ description: 'The call_sid of the session' }),
      data: Type.Object(data),
    },
    { description },
  );
}

const since = (description: string) => ({ since: Type.String({ description }) });

/** What jambus itself has to say about a call, in the form of jambonz' messages, by type. */
export const JAMBUS_MESSAGES = {
  'jambus:unclaimed': message(
    'jambus:unclaimed',
    'Nobody has sent this call anything since it began. It is hung up',
    since('When the call began, RFC 3339 in UTC'),
  ),
  'jambus:lost': message(
    'jambus:lost',
    'The websocket of this call is gone and jambonz has not come back: nothing can be sent to it any more',
    since('When it was given up, RFC 3339 in UTC'),
  ),
  'jambus:omitted': message(
    'jambus:omitted',
    'Something happened whose message is larger than the broker takes. This event has its place, its sequence and its ' +
      'attributes except for the type',
    {
      type: Type.String({ description: 'The type of the message that is missing, such as `verb:hook`' }),
      bytes: Type.Integer({ minimum: 0, description: 'Its size' }),
      msgid: Type.Optional(Type.String({ description: 'Its msgid, by which a hook can be answered all the same' })),
      call_status: Type.Optional(Type.String({ description: 'Of a `call:status`: the status' })),
      ended: Type.Optional(Type.Literal(true, { description: 'The call is over' })),
    },
  ),
} as const satisfies Readonly<Record<string, TObject>>;

export type JambusMessageType = keyof typeof JAMBUS_MESSAGES;

/** The message of this type. */
export type JambusMessageOf<Name extends JambusMessageType> = Static<(typeof JAMBUS_MESSAGES)[Name]>;

/** A message of jambus itself as a reader has it, its data checked. */
export type ReadJambusMessage<Name extends JambusMessageType> = JambonzMessage & {
  readonly type: Name;
  readonly data: JambusMessageOf<Name>['data'];
};

const hasForm = createDataChecks(JAMBUS_MESSAGES);

/** Whether the message is one of jambus itself, of this type, and its data has the form of it. */
export function isJambusMessage<Name extends JambusMessageType>(
  message: JambonzMessage,
  type: Name,
): message is ReadJambusMessage<Name> {
  return message.type === type && hasForm(type, message.data);
}
