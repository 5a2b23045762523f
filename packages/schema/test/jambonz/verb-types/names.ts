import type { PropertySpec } from '../../../src/jambonz/verbs/platform.ts';

export const BASE = 'https://jambonz.org/schema/';

/** Where `@jambonz/sdk` has another name than follows from the schema's, or that one would be no good. */
export const NAMES: ReadonlyMap<string, string> = new Map([
  ['components/llm-base', 'LlmBaseOptions'],
  ['record', 'ConferenceRecord'],
  ['pipeline', 'AgentPipeline'],
]);

/** Characters in a line of a description. */
const LINE_WIDTH = 110;

/** The name of the type of a schema, as `@jambonz/sdk` has it: `SayVerb`, `Target`. @param id behind the common base */
export function typeName(id: string): string {
  const [folder, name = ''] = id.split('/');
  return NAMES.get(id) ?? `${pascalCase(name)}${folder === 'verbs' ? 'Verb' : ''}`;
}

/** The type of a part of a verb; a verb inside another one has no name there. */
export function partType(id: string): string {
  return id.startsWith('verbs/') ? `Omit<${typeName(id)}, 'verb'>` : typeName(id);
}

export function pascalCase(name: string): string {
  return name.replace(/(?:^|[^A-Za-z0-9]+)([a-z0-9])/g, (_, first: string) => first.toUpperCase());
}

/** In lines; the sentences of the schemas are long. */
export function wrapped(text: string): string {
  return text
    .split('\n')
    .map((line) => line.replace(new RegExp(`(?=.{${LINE_WIDTH}})(.{1,${LINE_WIDTH}}) `, 'g'), '$1\n'))
    .join('\n');
}

/** `Array.isArray` does not narrow a readonly array. */
export function isListOfParts(rule: PropertySpec): rule is readonly string[] {
  return Array.isArray(rule);
}
