import { type Attributes, fromHeaders, headerName as headerOf, toHeaders } from '@jambus/schema';
import type { IHeaders } from 'kafkajs';

const PREFIX = 'ce_';
const OURS = /^(?:ce_.*|traceparent|tracestate|content-type)$/i;

const strict = new TextDecoder('utf-8', { fatal: true });

/** Attributes as headers of a record. */
export function headersOf(attributes: Attributes): Record<string, string> {
  return toHeaders(attributes, PREFIX);
}

/**
 * The attributes among a record's headers. Those of others may be anything and are passed over.
 *
 * @throws TypeError when one of ours is not UTF-8
 */
export function attributesOf(headers: IHeaders | undefined): Attributes {
  if (headers === undefined) return {};
  return fromHeaders(firstValues(headers), PREFIX);
}

/** The header of an attribute as jambus itself writes it. */
export function headerName(attribute: string): string {
  return headerOf(attribute, PREFIX);
}

/** Bytes as text. @throws TypeError when they are not UTF-8 */
export function textOf(bytes: Uint8Array | string): string {
  return typeof bytes === 'string' ? bytes : strict.decode(bytes);
}

function* firstValues(headers: IHeaders): Generator<readonly [string, string], void, undefined> {
  for (const name in headers) {
    const values = headers[name];
    const first = Array.isArray(values) ? values[0] : values;
    // A header without a value comes as null, whatever its type says.
    if (first !== undefined && first !== null && OURS.test(name)) yield [name, textOf(first)];
  }
}
