/** A JSON Schema as it is written to a file. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** A schema that others refer to by its name. */
export interface NamedSchema {
  /** Such as `VerbStatusEvent`. */
  readonly name: string;
  readonly schema: JsonSchema;
}

/** Whether a value is an object with members, and so may be a schema. */
export function isMembers(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
