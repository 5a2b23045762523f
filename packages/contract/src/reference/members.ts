import { isMembers, type JsonSchema } from '../json-schema/json-schema.ts';
import { code, table } from './markdown.ts';

/**
 * The members of an object: a table of those that need a word, and a line with the others. Of alternatives, one for each.
 * Empty for what has no named members.
 */
export function membersOf(schema: JsonSchema): string {
  const alternatives = alternativesOf(schema);
  if (alternatives.length > 0)
    return alternatives
      .map(membersOf)
      .filter((text) => text !== '')
      .join('\n\nor\n\n');
  const members = propertiesOf(schema);
  if (members.length === 0) return '';
  const required = requiredOf(schema);
  const isSelfEvident = ([name, member]: Member): boolean => !required.has(name) && descriptionOf(member) === '';
  const explained = members.filter((member) => !isSelfEvident(member));
  const rows = explained.map(([name, member]) => [
    code(name) + (required.has(name) ? ' *' : ''),
    typeOf(member),
    descriptionOf(member),
  ]);
  const others = members.filter(isSelfEvident).map(([name, member]) => `${code(name)} (${typeOf(member)})`);
  return [
    ...(rows.length === 0 ? [] : [table(['', 'type', ''], rows)]),
    ...(others.length === 0 ? [] : [`Optional: ${others.join(', ')}`]),
  ].join('\n\n');
}

type Member = readonly [name: string, schema: JsonSchema];

/** The named members of an object. */
export function propertiesOf(schema: JsonSchema): readonly Member[] {
  const { properties } = schema;
  if (!isMembers(properties)) return [];
  return Object.entries(properties).map(([name, member]) => [name, isMembers(member) ? member : {}]);
}

/** The member of that name; one that may be anything when there is none. */
export function propertyOf(schema: JsonSchema, name: string): JsonSchema {
  return propertiesOf(schema).find(([found]) => found === name)?.[1] ?? {};
}

/** The names of members that have to be there. */
export function requiredOf(schema: JsonSchema): ReadonlySet<string> {
  const { required } = schema;
  return new Set(Array.isArray(required) ? required.map(String) : []);
}

/** What is said about it, or about its alternatives. */
export function descriptionOf(schema: JsonSchema): string {
  const { description } = schema;
  if (typeof description === 'string') return description;
  return [...new Set(alternativesOf(schema).map(descriptionOf))].filter((text) => text !== '').join(' ');
}

/** The type of a value in a few words. */
export function typeOf(schema: JsonSchema): string {
  const { type, enum: words, const: only, items } = schema;
  if (Array.isArray(words)) return words.map((word) => code(String(word))).join(', ');
  if (only !== undefined) return code(String(only));
  const alternatives = alternativesOf(schema);
  if (alternatives.length > 0) return [...new Set(alternatives.map(typeOf))].join(' or ');
  if (type === 'array')
    return isMembers(items) && typeof items['type'] === 'string' ? `array of ${items['type']}` : 'array';
  return typeof type === 'string' ? type : 'any';
}

function alternativesOf({ anyOf }: JsonSchema): readonly JsonSchema[] {
  return Array.isArray(anyOf) ? anyOf.filter(isMembers) : [];
}
