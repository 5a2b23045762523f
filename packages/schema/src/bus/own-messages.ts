import { type Static, type TObject, Type } from '@sinclair/typebox';

function message<const Name extends string>(type: Name, description: string, since: string) {
  return Type.Object(
    {
      type: Type.Literal(type),
      call_sid: Type.String({ description: 'The call_sid of the session' }),
      data: Type.Object({ since: Type.String({ description: since }) }),
    },
    { description },
  );
}

/** What jambus itself has to say about a call, in the form of jambonz' messages, by type. */
export const JAMBUS_MESSAGES = {
  'jambus:unclaimed': message(
    'jambus:unclaimed',
    'Nobody has sent this call anything since it began. It is hung up',
    'When the call began, RFC 3339 in UTC',
  ),
  'jambus:lost': message(
    'jambus:lost',
    'The websocket of this call is gone and jambonz has not come back: nothing can be sent to it any more',
    'When it was given up, RFC 3339 in UTC',
  ),
} as const satisfies Readonly<Record<string, TObject>>;

export type JambusMessageType = keyof typeof JAMBUS_MESSAGES;

/** The message of this type. */
export type JambusMessageOf<Name extends JambusMessageType> = Static<(typeof JAMBUS_MESSAGES)[Name]>;
