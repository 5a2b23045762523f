import { ATTRIBUTE_SCHEMAS } from './attribute-schemas.ts';
import type { JsonSchema, NamedSchema } from './json-schema.ts';
import { ACK_SCHEMA, COMMAND_SCHEMAS, EVENT_SCHEMAS, OTHER_EVENT_SCHEMA, RESULT_SCHEMA } from './payload-schemas.ts';
import { titled } from './titled.ts';

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/**
 * The JSON Schemas for other languages, by file name. Each file stands alone: what it refers to is in its `$defs`, which
 * every validator and code generator finds without being told of other files.
 */
export function schemaFiles(): ReadonlyMap<string, JsonSchema> {
  return new Map([
    file('command', oneOf('Command', 'Payload of the commands channel', [ACK_SCHEMA, ...COMMAND_SCHEMAS])),
    file('event', oneOf('Event', 'Payload of the events channel', [...EVENT_SCHEMAS, OTHER_EVENT_SCHEMA])),
    file('result', whole(RESULT_SCHEMA)),
    file('command-attributes', whole(ATTRIBUTE_SCHEMAS.command)),
    file('event-attributes', whole(ATTRIBUTE_SCHEMAS.event)),
    file('result-attributes', whole(ATTRIBUTE_SCHEMAS.result)),
    file('dead-letter-attributes', whole(ATTRIBUTE_SCHEMAS.deadLetter)),
  ]);
}

function file(name: string, schema: JsonSchema): readonly [string, JsonSchema] {
  return [`${name}.schema.json`, { $schema: DIALECT, $id: `urn:jambus:contract:${name}`, ...schema }];
}

function whole({ name, schema }: NamedSchema): JsonSchema {
  return titled(name, schema);
}

function oneOf(title: string, description: string, schemas: readonly NamedSchema[]): JsonSchema {
  return {
    title,
    description,
    oneOf: schemas.map(({ name }) => ({ $ref: `#/$defs/${name}` })),
    $defs: Object.fromEntries(schemas.map(({ name, schema }) => [name, titled(name, schema)])),
  };
}
