import type { TSchema } from '@sinclair/typebox';
import { notesOf } from './config-schema.ts';

/** What a value of this setting must be, in words: for the help and for messages about wrong values. */
export function describeValue(setting: TSchema): string {
  const { expects } = notesOf(setting);
  if (expects !== undefined) return expects;
  const literals = literalsOf(setting);
  if (literals.length > 0) return `one of ${literals.join(', ')}`;
  switch (setting['type']) {
    case 'boolean':
      return 'true or false';
    case 'integer':
      return `a whole number${between(setting['minimum'], setting['maximum'])}`;
    case 'array':
      return 'a comma list';
    case 'object':
      return 'a JSON object';
    default:
      return 'text';
  }
}

function literalsOf(setting: TSchema): string[] {
  const members: readonly TSchema[] = setting['anyOf'] ?? [setting];
  return members.map((member) => member['const']).filter((value) => typeof value === 'string');
}

function between(minimum: unknown, maximum: unknown): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return ` of at least ${minimum}`;
  return maximum === undefined ? '' : ` of at most ${maximum}`;
}
