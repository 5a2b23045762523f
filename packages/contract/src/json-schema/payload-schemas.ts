import {
  COMMAND_FORMS,
  COMMAND_NAMES,
  CommandResult,
  cloudEventsType,
  JAMBONZ_MESSAGES,
  JAMBUS_MESSAGES,
  JambonzAck,
  type JambonzMessageType,
  type JambusMessageType,
  wantsAck,
} from '@jambus/schema';
import type { TSchema } from '@sinclair/typebox';
import {
  ACK_EXAMPLE,
  CALL_SID,
  COMMAND_EXAMPLES,
  EVENT_EXAMPLES,
  OWN_EVENT_EXAMPLES,
  RESULT_EXAMPLES,
} from '../examples/index.ts';
import { fromTypebox } from './from-typebox.ts';
import { isMembers, type JsonSchema, type NamedSchema } from './json-schema.ts';
import { pascalCase } from './titled.ts';

/** One kind of command. */
export interface CommandSchema extends NamedSchema {
  /** Such as `call:status`. */
  readonly command: string;
}

/** One kind of event. */
export interface EventSchema extends NamedSchema {
  /** As the payload has it, such as `verb:status`. */
  readonly type: string;
  /** The attribute `type`. */
  readonly cloudEventsType: string;
  /** It is to be answered with an ack. */
  readonly wantsAck: boolean;
}

/** The gateway answers a reconnect at once; nobody waits for an answer to what jambus itself says. */
const ANSWERED: ReadonlySet<string> = new Set(['session:reconnect', ...Object.keys(JAMBUS_MESSAGES)]);

/** Every command that jambus knows. */
export const COMMAND_SCHEMAS: readonly CommandSchema[] = COMMAND_NAMES.map((command) => {
  const { schema, form } = COMMAND_FORMS[command];
  const converted = withExamples(fromTypebox(schema), [COMMAND_EXAMPLES[command]]);
  return { command, name: `${pascalCase(command)}Command`, schema: withForm(converted, form) };
});

/** The other thing that can be sent to a call. */
export const ACK_SCHEMA: NamedSchema = { name: 'Ack', schema: withExamples(fromTypebox(JambonzAck), [ACK_EXAMPLE]) };

/** Every event that jambus knows: what jambonz says, then what jambus itself says. */
export const EVENT_SCHEMAS: readonly EventSchema[] = [
  ...namesOf(JAMBONZ_MESSAGES).map((type) => eventSchema(type, JAMBONZ_MESSAGES[type], EVENT_EXAMPLES[type])),
  ...namesOf(JAMBUS_MESSAGES).map((type) => eventSchema(type, JAMBUS_MESSAGES[type], OWN_EVENT_EXAMPLES[type])),
];

/** What a newer server says is passed on, too. */
export const OTHER_EVENT_SCHEMA: NamedSchema = {
  name: 'OtherEvent',
  schema: {
    description: 'What a newer server says and this version of jambus does not know. It comes as it was sent',
    type: 'object',
    required: ['type'],
    properties: { type: { type: 'string', minLength: 1, not: { enum: EVENT_SCHEMAS.map(({ type }) => type) } } },
    examples: [{ type: 'verb:progress', call_sid: CALL_SID, data: { percent: 50 } }],
  },
};

export const RESULT_SCHEMA: NamedSchema = {
  name: 'CommandResult',
  schema: withExamples(fromTypebox(CommandResult), RESULT_EXAMPLES),
};

function eventSchema(type: JambonzMessageType | JambusMessageType, schema: TSchema, example: object): EventSchema {
  const message = { type, msgid: 'any', call_sid: undefined, data: {} };
  return {
    type,
    cloudEventsType: cloudEventsType(type),
    wantsAck: !ANSWERED.has(type) && wantsAck(message),
    name: `${pascalCase(type)}Event`,
    schema: withExamples(fromTypebox(schema), [example]),
  };
}

function withExamples(schema: JsonSchema, examples: readonly object[]): JsonSchema {
  return { ...schema, examples };
}

/** Says the right form of `data` in words, in front of what the schema says in its own. */
function withForm(schema: JsonSchema, form: string): JsonSchema {
  const { properties } = schema;
  if (!isMembers(properties)) return schema;
  const { data } = properties;
  return { ...schema, properties: { ...properties, data: { description: form, ...(isMembers(data) ? data : {}) } } };
}

function namesOf<Name extends string>(schemas: Readonly<Record<Name, unknown>>): readonly Name[] {
  return Object.keys(schemas) as Name[];
}
