import { isMembers, type JsonSchema } from './json-schema.ts';

/**
 * A schema in which every part that becomes a type of its own in generated code has a title: objects, alternatives and lists of
 * words. It follows from the place of the part: `data` of `VerbHookEvent` is `VerbHookEventData`. Without, generators number them
 * through, and all names change with the first part that is added. A title that is there stays.
 */
export function titled(name: string, schema: JsonSchema): JsonSchema {
  const found: Record<string, unknown> = {};
  if (isType(schema)) found['title'] = name;
  for (const [keyword, value] of Object.entries(schema)) found[keyword] = titledIn(name, keyword, value);
  return found;
}

function titledIn(name: string, keyword: string, value: unknown): unknown {
  switch (keyword) {
    case 'properties':
      return isMembers(value) ? eachTitled(name, value) : value;
    case 'items':
      return isMembers(value) ? titled(`${name}Item`, value) : value;
    case 'additionalProperties':
      return isMembers(value) ? titled(`${name}Value`, value) : value;
    case 'anyOf':
    case 'oneOf':
      return Array.isArray(value)
        ? value.map((one, index) => (isMembers(one) ? titled(`${name}Form${index + 1}`, one) : one))
        : value;
    default:
      return value;
  }
}

function eachTitled(name: string, properties: JsonSchema): JsonSchema {
  return Object.fromEntries(
    Object.entries(properties).map(([property, schema]) => [
      property,
      isMembers(schema) ? titled(name + pascalCase(property), schema) : schema,
    ]),
  );
}

function isType(schema: JsonSchema): boolean {
  return 'properties' in schema || 'enum' in schema || 'anyOf' in schema || 'oneOf' in schema;
}

/** `dial_call_status` → `DialCallStatus`, `conf:mute-status` → `ConfMuteStatus`, `callSid` → `CallSid`. */
export function pascalCase(name: string): string {
  return name
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');
}
