import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { AMENDMENTS, amended } from './amendments.ts';

/** A JSON Schema as its file has it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What `@jambonz/verb-specifications` says about a verb or a part of one. */
export interface VerbSpec {
  readonly properties: Readonly<Record<string, PropertySpec>>;
  readonly required?: readonly string[];
}
export type PropertySpec = string | readonly string[] | { readonly type?: string; readonly enum?: readonly string[] };

/** An alias as a platform package resolves it: `openai_s2s` is `llm` with `vendor: "openai"` put in. */
export interface ResolvedVerb {
  readonly name: string;
  readonly injected: JsonSchema;
}

/** The schemas of `@jambonz/schema` that describe verbs and their parts. */
export interface SchemaSet {
  /** By `$id`. */
  readonly schemas: ReadonlyMap<string, JsonSchema>;
  /** The compiled schema with this `$id`. */
  validator(id: string): ValidateFunction;
}

/** The two packages that jambonz itself checks applications with. */
export interface Platform {
  /** The `$id` of each verb's schema, by the verb's name. */
  readonly verbIds: ReadonlyMap<string, string>;
  /** As newer servers check verbs. */
  readonly published: SchemaSet;
  /** With what 0.9.8 takes and the schemas forget. */
  readonly amended: SchemaSet;
  /** What the open-source feature-server 0.9.8 accepts. */
  readonly specs: Readonly<Record<string, VerbSpec>>;
  /** The verb that 0.9.8 makes of a name. */
  resolve(name: string): ResolvedVerb;
  /** The verb that newer servers make of a name. */
  resolveNewer(name: string): ResolvedVerb;
}

/** The part of both packages that is used here; neither ships types. */
interface Normaliser {
  normalizeJambones(logger: unknown, application: readonly unknown[]): readonly Readonly<Record<string, JsonSchema>>[];
}

const VERB_ID = 'https://jambonz.org/schema/verbs/';

let loaded: Platform | undefined;

/** Reads the platform's schemas the first time, then the same object again. A schema is compiled when it is asked for. */
export function platform(): Platform {
  loaded ??= load();
  return loaded;
}

function load(): Platform {
  const require = createRequire(import.meta.url);
  const schemaPackage: Normaliser = require('@jambonz/schema');
  const specsPackage: Normaliser & { readonly specs: Platform['specs'] } = require('@jambonz/verb-specifications');

  const schemas = readSchemas(dirname(require.resolve('@jambonz/schema/package.json')));
  const verbIds = new Map<string, string>();
  for (const id of schemas.keys()) if (id.startsWith(VERB_ID)) verbIds.set(id.slice(VERB_ID.length), id);

  const everywhere = AMENDMENTS.filter((amendment) => amendment.everywhere === true);
  return {
    verbIds,
    published: schemaSet(amended(schemas, everywhere)),
    amended: schemaSet(amended(schemas, AMENDMENTS)),
    specs: specsPackage.specs,
    resolve: (name) => resolveWith(specsPackage, name),
    resolveNewer: (name) => resolveWith(schemaPackage, name),
  };
}

function schemaSet(schemas: ReadonlyMap<string, JsonSchema>): SchemaSet {
  // The same leniency as the package's own validator: its schemas name a dialect and formats that Ajv does not know.
  const ajv = new Ajv({ allErrors: true, strict: false, validateSchema: false, logger: false });
  for (const schema of schemas.values()) ajv.addSchema(schema);
  return {
    schemas,
    validator(id) {
      const validate = ajv.getSchema(id);
      if (validate === undefined) throw new RangeError(`@jambonz/schema has no schema ${id}`);
      return validate as ValidateFunction;
    },
  };
}

function readSchemas(packageFolder: string): Map<string, JsonSchema> {
  const schemas = new Map<string, JsonSchema>();
  for (const part of ['components', 'verbs']) {
    for (const file of readdirSync(join(packageFolder, part))) {
      if (!file.endsWith('.schema.json')) continue;
      const schema: JsonSchema = JSON.parse(readFileSync(join(packageFolder, part, file), 'utf8'));
      schemas.set(String(schema['$id']), schema);
    }
  }
  return schemas;
}

/** Asks the package what it makes of a bare verb, so that its table of aliases is not repeated here. */
function resolveWith(normaliser: Normaliser, verb: string): ResolvedVerb {
  const [resolved] = normaliser.normalizeJambones({ info() {} }, [{ verb }]);
  const [entry] = Object.entries(resolved ?? {});
  return entry === undefined ? { name: verb, injected: {} } : { name: entry[0], injected: entry[1] };
}
