import { compile } from 'json-schema-to-typescript';
import type { Platform } from '../../../src/jambonz/verbs/platform.ts';
import { definitionsOf } from './definitions.ts';
import { readonlyMembers } from './readonly-members.ts';

const BANNER = `/*
 * Generated from the JSON Schemas of @jambonz/schema and the specifications of @jambonz/verb-specifications.
 * Not to be edited: \`pnpm verb-types\` writes it.
 */`;

/** The types of all verbs and their parts, as TypeScript. */
export async function generateVerbTypes(jambonz: Platform): Promise<string> {
  const { schemas, verbs, bases } = definitionsOf(jambonz);
  const byName = [...verbs].sort(([a], [b]) => (a < b ? -1 : 1));
  const text = await compile(
    {
      description: 'The type of each verb, by its name.',
      type: 'object',
      properties: Object.fromEntries(byName.map(([verb, type]) => [verb, { tsType: type }])),
      required: byName.map(([verb]) => verb),
      definitions: Object.fromEntries([...schemas].sort(([a], [b]) => (a < b ? -1 : 1))),
    },
    'VerbsByName',
    {
      additionalProperties: false,
      bannerComment: BANNER,
      customName: (_, key) => key,
      ignoreMinAndMaxItems: true,
      unreachableDefinitions: true,
      style: { singleQuote: true, printWidth: 120 },
    },
  );
  // The generator writes a capital behind every digit.
  return mapCode(extended(text.replace(/S2SVerb\b/g, 'S2sVerb'), bases), readonlyMembers);
}

/** Puts in what types extend. */
function extended(text: string, bases: ReadonlyMap<string, string>): string {
  let result = text;
  for (const [name, base] of bases) {
    // A type that only gives another one a name of its own.
    const of = base.endsWith('Verb') ? `Omit<${base}, 'verb'>` : base;
    result = result.replace(`export interface ${name} {`, `export interface ${name} extends ${of} {`);
  }
  return result;
}

/** Changes what is no comment. */
function mapCode(text: string, change: (code: string) => string): string {
  const comments: string[] = [];
  const code = text.replace(/\/\*[\s\S]*?\*\//g, (comment) => `/*${comments.push(comment) - 1}*/`);
  return change(code).replace(/\/\*(\d+)\*\//g, (_, index: string) => shortened(comments[Number(index)] ?? ''));
}

/** A comment without what the generator says of itself, on one line where there is room. */
function shortened(comment: string): string {
  return comment
    .replace(/(?:\n \*)?\n \* This interface was referenced by [\s\S]*?(?=\n \*\/)/, '')
    .replace(/^\/\*\*\n *\* (.{1,105})\n *\*\/$/, '/** $1 */');
}
