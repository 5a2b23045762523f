import { type TSchema, Type } from '@sinclair/typebox';

/** Options of an object that refuses names it does not declare. */
export const CLOSED = { additionalProperties: false } as const;

/** One of some strings. */
export function Enum<const Values extends readonly string[]>(values: Values) {
  return Type.Unsafe<Values[number]>(Type.Union(values.map((value) => Type.Literal(value))));
}

/** More than a SIP message of 64 KiB has room for. */
const MAX_HEADERS = 1_000;

/** SIP headers. The server takes any value; these are the ones that make a header. */
export const Headers = Type.Record(
  Type.String(),
  Type.Union([Type.String(), Type.Number(), Type.Array(Type.Union([Type.String(), Type.Number()]))]),
  { maxProperties: MAX_HEADERS },
);

/** What every command may have beside `type`, `command` and `data`. */
export const ENVELOPE = {
  queueCommand: Type.Optional(
    Type.Boolean({ description: 'Wait for the commands before this one, in place of interrupting and flushing them' }),
  ),
  callSid: Type.Optional(
    Type.String({ minLength: 1, description: 'Another leg of the call, such as the B-leg of a dial; else the A-leg' }),
  ),
  tool_call_id: Type.Optional(Type.String({ minLength: 1, description: 'On llm:tool-output: the call it answers' })),
  msgid: Type.Optional(Type.String({ description: 'Sent along by @jambonz/sdk; jambonz makes nothing of it' })),
};

/** The schema of the command `name` with this `data`; `description` says what it does, for whoever sends it. */
export function commandSchema<const Name extends string, Data extends TSchema>(
  name: Name,
  description: string,
  data: Data,
) {
  return Type.Object(
    { type: Type.Literal('command'), command: Type.Literal(name), ...ENVELOPE, data },
    { ...CLOSED, description },
  );
}
