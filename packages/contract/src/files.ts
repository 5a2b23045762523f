/** Where the files of the published package are, to be read with `readFile`. JSON Schemas can be imported as well. */

/** The contract as an AsyncAPI 3 document, YAML. */
export const asyncApi: URL = fileOf('asyncapi.yaml');

/** The same to read, Markdown. */
export const reference: URL = fileOf('reference.md');

/** JSON Schemas of payloads and attributes, each complete in itself. */
export const schemas = {
  command: fileOf('schemas/command.schema.json'),
  commandAttributes: fileOf('schemas/command-attributes.schema.json'),
  deadLetterAttributes: fileOf('schemas/dead-letter-attributes.schema.json'),
  event: fileOf('schemas/event.schema.json'),
  eventAttributes: fileOf('schemas/event-attributes.schema.json'),
  result: fileOf('schemas/result.schema.json'),
  resultAttributes: fileOf('schemas/result-attributes.schema.json'),
} as const satisfies Readonly<Record<string, URL>>;

function fileOf(path: string): URL {
  return new URL(`../${path}`, import.meta.url);
}
