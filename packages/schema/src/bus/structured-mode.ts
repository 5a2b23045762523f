import { decodeObject, type JsonObject } from '../jambonz/json/decode.ts';
import { memberBytes } from '../jambonz/json/member-bytes.ts';
import type { Attributes } from './attributes.ts';

/** A CloudEvent in structured mode, taken apart. */
export interface StructuredEvent {
  readonly attributes: Attributes;
  /** The bytes of `data` as they stand in the envelope, or what `data_base64` stands for. */
  readonly payload: Uint8Array;
}

const MEDIA_TYPE = /^\s*application\/cloudevents(-batch)?(?:\+[a-z]+)?\s*(?:;|$)/i;
const JSON_TYPE = /^\s*[^;\s]+[/+]json\s*(?:;|$)/i;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Whether a message of this content type holds a CloudEvent together with its attributes. */
export function isStructured(contentType: string | undefined): boolean {
  return contentType !== undefined && MEDIA_TYPE.test(contentType);
}

/**
 * Takes a CloudEvent in the JSON format apart.
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
 *
 * @param contentType as `isStructured` has accepted it
 * @returns the event, or what is wrong with its envelope, for people
 */
export function readStructured(
  envelope: Uint8Array,
  contentType: string,
): StructuredEvent | { readonly fault: string } {
  if (!/^\s*application\/cloudevents\+json\b/i.test(contentType)) {
    return { fault: `expected one CloudEvent as application/cloudevents+json, got ${contentType.slice(0, 100)}` };
  }
  const decoded = decodeObject(envelope);
  if (!decoded.ok) return { fault: decoded.fault.message };
  const { data, data_base64: base64, ...members } = decoded.value;
  const attributes = attributesIn(members);
  if ('fault' in attributes) return attributes;
  const payload = payloadIn(envelope, data, base64, attributes.found['content-type'] ?? '');
  return 'fault' in payload ? payload : { attributes: attributes.found, payload: payload.bytes };
}

function attributesIn(members: JsonObject): { readonly found: Record<string, string> } | { readonly fault: string } {
  const found: Record<string, string> = { 'content-type': 'application/json' };
  for (const [name, value] of Object.entries(members)) {
    // The format has null stand for an attribute that is not there.
    if (value === null) continue;
    if (typeof value === 'object') return { fault: `${name.slice(0, 50)}: expected a plain value` };
    found[name === 'datacontenttype' ? 'content-type' : name.toLowerCase()] = String(value);
  }
  return { found };
}

function payloadIn(
  envelope: Uint8Array,
  data: unknown,
  base64: unknown,
  contentType: string,
): { readonly bytes: Uint8Array } | { readonly fault: string } {
  if (base64 !== undefined && base64 !== null) {
    if (data !== undefined) return { fault: 'data and data_base64: expected one of them' };
    if (typeof base64 !== 'string' || !BASE64.test(base64)) return { fault: 'data_base64: expected Base64' };
    return { bytes: Buffer.from(base64, 'base64') };
  }
  if (data === undefined) return { bytes: new Uint8Array(0) };
  // What is not JSON by its own word stands in the envelope as a string.
  if (typeof data === 'string' && !JSON_TYPE.test(contentType)) return { bytes: Buffer.from(data) };
  return { bytes: memberBytes(envelope, 'data') ?? Buffer.from(JSON.stringify(data)) };
}
