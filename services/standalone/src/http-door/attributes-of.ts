import type { IncomingHttpHeaders } from 'node:http';
import { type Attributes, fromHeaders } from '@jambus/schema';

const PREFIX = 'ce-';

/** As much of a wrong value as its fault quotes, in characters. */
const QUOTED_LENGTH = 100;

/**
 * Reads the CloudEvents attributes of a request in binary mode. The values of `ce-*` headers are percent-encoded in HTTP.
 * Trace context and content type are not.
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md#3132-http-header-values
 *
 * @param headers with names in lower case, as Node has them
 * @returns the attributes, or which header is wrong and why, for people
 */
export function attributesOf(
  headers: IncomingHttpHeaders,
): { readonly attributes: Attributes } | { readonly fault: string } {
  const decoded: [string, string][] = [];
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined) continue;
    const raw = Array.isArray(value) ? value.join(', ') : value;
    const text = name.startsWith(PREFIX) ? percentDecoded(raw) : raw;
    if (text === undefined) {
      return { fault: `${name}: expected percent-encoded UTF-8, got ${JSON.stringify(raw.slice(0, QUOTED_LENGTH))}` };
    }
    decoded.push([name, text]);
  }
  return { attributes: fromHeaders(decoded, PREFIX) };
}

/** Undefined when a `%` is not followed by two hexadecimal digits, or the bytes are not UTF-8. */
function percentDecoded(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
