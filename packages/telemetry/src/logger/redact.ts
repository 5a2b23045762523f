import { MASK } from '@jambus/schema';
import { serializeError } from './serialize-error.ts';

/** Keys whose values are secrets, however they are spelled: `Authorization`, `linkToken`, `basic_auth`, `dbPassword`. */
const SECRET_KEY = /authorization|token|passw|secret|cookie|credential|basic_?auth|api_?key|private_?key/i;

/** Deeper than this is not worth a log line; the bound also ends circular structures. */
const DEEPEST = 6;

/**
 * The fields of a log line made fit to be written: values under secret keys blanked at any depth, errors as plain data, and
 * everything that is not plain data (sockets, requests, buffers with payloads) reduced to its name. Changes nothing in
 * place.
 */
export function redact(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return redactEntries(fields, 0);
}

function redactEntries(fields: object, depth: number): Record<string, unknown> {
  const redacted: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    redacted[key] = isSecret(key, value) ? MASK : redactValue(value, depth);
  }
  return redacted;
}

/** Booleans are spared: `hasToken: true` tells nothing. */
function isSecret(key: string, value: unknown): boolean {
  return value !== undefined && value !== null && typeof value !== 'boolean' && SECRET_KEY.test(key);
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) return serializeError(value);
  if (value instanceof Date || value instanceof URL) return value.toJSON();
  if (ArrayBuffer.isView(value)) return `[${value.constructor.name} of ${value.byteLength} bytes]`;
  if (depth >= DEEPEST) return '[…]';
  if (Array.isArray(value)) return value.map((item) => redactValue(item, depth + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) return `[${value.constructor.name}]`;
  return redactEntries(value, depth + 1);
}
