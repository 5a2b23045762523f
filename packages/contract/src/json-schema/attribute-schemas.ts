import {
  CommandAttributes,
  DeadLetterAttributes,
  EventAttributes,
  type HeaderPrefix,
  headerName,
  PartitionAttributes,
  RequestError,
  ResultAttributes,
} from '@jambus/schema';
import {
  COMMAND_ATTRIBUTES_EXAMPLE,
  DEAD_LETTER_ATTRIBUTES_EXAMPLE,
  EVENT_ATTRIBUTES_EXAMPLE,
  PARTITION_EXAMPLE,
  REQUEST_ERROR_EXAMPLE,
  RESULT_ATTRIBUTES_EXAMPLE,
} from '../examples/index.ts';
import { fromTypebox } from './from-typebox.ts';
import { isMembers, type JsonSchema, type NamedSchema } from './json-schema.ts';

/** The kinds of message that have attributes of their own. */
export type AttributeKind = 'command' | 'event' | 'result' | 'deadLetter';

/** What is said about a message beside its payload, under the names that CloudEvents gives it. */
export const ATTRIBUTE_SCHEMAS: Readonly<Record<AttributeKind, NamedSchema>> = {
  command: named('CommandAttributes', fromTypebox(CommandAttributes), COMMAND_ATTRIBUTES_EXAMPLE),
  event: named('EventAttributes', fromTypebox(EventAttributes), EVENT_ATTRIBUTES_EXAMPLE),
  result: named('ResultAttributes', fromTypebox(ResultAttributes), RESULT_ATTRIBUTES_EXAMPLE),
  deadLetter: named('DeadLetterAttributes', fromTypebox(DeadLetterAttributes), DEAD_LETTER_ATTRIBUTES_EXAMPLE),
};

/** The headers of an answer on NATS that says why a request did not become a command. */
export const REQUEST_ERROR_SCHEMA = named('RequestErrorHeaders', fromTypebox(RequestError), REQUEST_ERROR_EXAMPLE);

/** What Kafka adds to events and results. */
export const PARTITION_SCHEMA = named('PartitionAttributes', fromTypebox(PartitionAttributes), PARTITION_EXAMPLE);

/** Attributes as the headers of one bus: the same, under the names that they have there. */
export function headersSchema(name: string, attributes: readonly NamedSchema[], prefix: HeaderPrefix): NamedSchema {
  const rename = (members: unknown): JsonSchema => renamed(isMembers(members) ? members : {}, prefix);
  const required = attributes
    .flatMap(({ schema }) => stringsOf(schema['required']))
    .map((one) => headerName(one, prefix));
  const examples = attributes.map(({ schema }) => (Array.isArray(schema['examples']) ? schema['examples'][0] : {}));
  return {
    name,
    schema: {
      description: attributes[0]?.schema['description'],
      type: 'object',
      ...(required.length > 0 && { required }),
      properties: Object.assign({}, ...attributes.map(({ schema }) => rename(schema['properties']))),
      examples: [Object.assign({}, ...examples.map(rename))],
    },
  };
}

function renamed(members: JsonSchema, prefix: HeaderPrefix): JsonSchema {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [headerName(name, prefix), value]));
}

function stringsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function named(name: string, schema: JsonSchema, example: object): NamedSchema {
  return { name, schema: { ...schema, examples: [example] } };
}
