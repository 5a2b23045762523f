import { isObject } from '../../../src/jambonz/json/decode.ts';
import type { Platform } from '../../../src/jambonz/verbs/platform.ts';

/** Every verb that the schemas have as an example. */
export function verbExamples({ amended, verbIds }: Platform): readonly unknown[] {
  const own = [...verbIds.values()].flatMap((id) => listOf(amended.schemas.get(id)?.['examples']));
  return own.filter((example) => isObject(example) && 'verb' in example);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
