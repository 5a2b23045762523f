import type { TSchema } from '@sinclair/typebox';
import { isMembers, type JsonSchema } from './json-schema.ts';

/** Keywords in the order in which people read them; others come after these. */
const ORDER = ['title', 'description', 'type', 'const', 'enum', 'required', 'properties', 'oneOf', 'anyOf'];

/** What TypeBox writes for the names of a record that may be anything. */
const ANY_NAME = '^(.*)$';

/**
 * A TypeBox schema as plain JSON Schema that means the same, in words that validators and code generators of other languages
 * know best: alternatives of strings become an `enum`, records `additionalProperties`. Names for the use inside TypeScript
 * (`$id`) go. Valid under draft 07 and 2020-12 alike.
 */
export function fromTypebox(schema: TSchema): JsonSchema {
  return convert(schema);
}

function convert(schema: JsonSchema): JsonSchema {
  const found = new Map<string, unknown>();
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === '$id') continue;
    for (const [name, converted] of convertKeyword(keyword, value)) found.set(name, converted);
  }
  return Object.fromEntries([...found].sort(([one], [other]) => rank(one) - rank(other)));
}

function convertKeyword(keyword: string, value: unknown): readonly (readonly [string, unknown])[] {
  switch (keyword) {
    case 'properties':
      return isEmpty(value) ? [] : [[keyword, convertEach(value)]];
    case 'patternProperties': {
      const anything = isMembers(value) ? value[ANY_NAME] : undefined;
      if (!isMembers(anything)) return [[keyword, convertEach(value)]];
      return isEmpty(anything) ? [] : [['additionalProperties', convert(anything)]];
    }
    case 'anyOf':
      return convertAlternatives(value);
    case 'additionalProperties':
    case 'items':
      return [[keyword, isMembers(value) ? convert(value) : value]];
    default:
      return [[keyword, value]];
  }
}

function convertAlternatives(value: unknown): readonly (readonly [string, unknown])[] {
  const alternatives = Array.isArray(value) ? value.filter(isMembers) : [];
  const words = alternatives.map((alternative) => alternative['const']);
  if (words.every((word) => typeof word === 'string')) {
    return [
      ['type', 'string'],
      ['enum', words],
    ];
  }
  return [['anyOf', alternatives.map(convert)]];
}

function convertEach(value: unknown): JsonSchema {
  const members = isMembers(value) ? Object.entries(value) : [];
  return Object.fromEntries(members.map(([name, member]) => [name, isMembers(member) ? convert(member) : member]));
}

function isEmpty(value: unknown): boolean {
  return isMembers(value) && Object.keys(value).length === 0;
}

function rank(keyword: string): number {
  const place = ORDER.indexOf(keyword);
  return place === -1 ? ORDER.length : place;
}
