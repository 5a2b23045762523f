import { memo } from './memo.ts';

/**
 * CloudEvents 1.0 context attributes in binary mode: names without their transport prefix, values as strings.
 * `traceparent`, `tracestate` and `content-type` live in the same map; they travel without a prefix.
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
 */
export type Attributes = Readonly<Record<string, string>>;

/** Headers that keep their own name on every transport. */
const UNPREFIXED: ReadonlySet<string> = new Set(['traceparent', 'tracestate', 'content-type']);

/** Header prefix of CloudEvents binary mode on each bus. HTTP and NATS use a dash, Kafka an underscore. */
export type HeaderPrefix = 'ce-' | 'ce_';

/** What an attribute is called among the headers of a transport. */
export function headerName(attribute: string, prefix: HeaderPrefix): string {
  return HEADER_NAMES[prefix](attribute);
}

const namesWith = (prefix: HeaderPrefix) =>
  memo((attribute) => (UNPREFIXED.has(attribute) ? attribute : prefix + attribute));
/** A name that is made anew each time costs more than all else about a header. */
const HEADER_NAMES = { 'ce-': namesWith('ce-'), ce_: namesWith('ce_') } as const;

/** Attributes as the headers of a transport: `id` → `ce-id` or `ce_id`. */
export function toHeaders(attributes: Attributes, prefix: HeaderPrefix): Record<string, string> {
  const headers: Record<string, string> = {};
  const nameOf = HEADER_NAMES[prefix];
  for (const name in attributes) headers[nameOf(name)] = attributes[name] as string;
  return headers;
}

/**
 * The attributes among a transport's headers. Header names are compared without case (NATS and HTTP clients change it);
 * headers that are neither CloudEvents nor trace context are passed over.
 */
export function fromHeaders(headers: Iterable<readonly [string, string]>, prefix: HeaderPrefix): Attributes {
  const attributes: Record<string, string> = {};
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    if (lower.startsWith(prefix)) attributes[lower.slice(prefix.length)] = value;
    else if (UNPREFIXED.has(lower)) attributes[lower] = value;
  }
  return attributes;
}
