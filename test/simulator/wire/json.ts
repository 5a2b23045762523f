/** A JSON object of unknown shape, as it comes off the wire. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** True for objects proper: not null, not an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
