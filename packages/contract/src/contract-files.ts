import { stringify } from 'yaml';
import { asyncApiDocument } from './asyncapi/async-api-document.ts';
import { schemaFiles } from './json-schema/schema-files.ts';
import { reference } from './reference/reference.ts';

/** Where the JSON Schemas are. */
export const SCHEMAS_FOLDER = 'schemas';

/** The command that writes the files, for whoever finds them changed. */
export const REGENERATE = 'npx -y pnpm@12.21.0 contract';

/** Everything that is generated, by its path in this package. The same code gives the same bytes. */
export function contractFiles(): ReadonlyMap<string, string> {
  const document = asyncApiDocument();
  const files = new Map<string, string>([
    ['asyncapi.yaml', `# Generated from the schemas of the code by \`${REGENERATE}\`.\n${yaml(document)}`],
    ['reference.md', `<!-- Generated from asyncapi.yaml by \`${REGENERATE}\`. -->\n\n${reference(document)}`],
  ]);
  for (const [name, schema] of schemaFiles()) {
    files.set(`${SCHEMAS_FOLDER}/${name}`, `${JSON.stringify(schema, null, 2)}\n`);
  }
  return files;
}

function yaml(document: object): string {
  return stringify(document, { aliasDuplicateObjects: false, blockQuote: 'literal', lineWidth: 120 });
}
