import { isUtf8 } from 'node:buffer';
import { type Fault, faultAt, inWords, ROOT } from '../fault.ts';

/** Deeper than any jambonz application goes (tool definitions of an LLM are the deepest, at about 15). */
export const MAX_DEPTH = 64;

/**
 * More names than any application has: jambonz takes 24 KiB unless it is set otherwise. Behind this everything walks and
 * copies the value, and an object with tens of thousands of names costs a millisecond for every few hundred of them.
 */
export const MAX_NAMES = 10_000;

export type JsonObject = Readonly<Record<string, unknown>>;

export type Decoded = { readonly ok: true; readonly value: JsonObject } | { readonly ok: false; readonly fault: Fault };

/** Reads a payload that has to be one JSON object. What cannot be read comes back as a fault; nothing is thrown. */
export function decodeObject(payload: Uint8Array): Decoded {
  if (payload.byteLength === 0) return refuse('a JSON object', 'nothing', 'the payload is empty');
  if (!isUtf8(payload)) return refuse('UTF-8 text', 'other bytes', 'the payload is not UTF-8 text');
  const text = textOf(payload);
  if (text.charCodeAt(0) === 0xfeff) {
    return refuse('a JSON object', 'a byte order mark', 'the payload begins with a byte order mark; send plain UTF-8');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refuse('a JSON object', 'broken JSON', `the payload is not JSON${whereJsonBreaks(error)}`);
  }
  if (!isObject(value)) {
    return refuse('a JSON object', inWords(value), `the payload must be one JSON object, got ${inWords(value)}`);
  }
  const danger = dangerIn(value, 1, { left: MAX_NAMES });
  return danger === undefined ? { ok: true, value } : refuse('plain JSON', danger.got, danger.problem);
}

/** Only the position out of the engine's message: the rest of it can quote the payload, which must not get into logs. */
export function whereJsonBreaks(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  const position = /at position (\d+)/.exec(message)?.[1];
  if (position !== undefined) return `: it breaks at character ${position}`;
  return message.includes('end of JSON') ? ': it ends too early' : '';
}

/** A JSON object, as opposed to an array, null or a plain value. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** UTF-8 bytes as a string, without copying them first. */
export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

interface Danger {
  readonly got: string;
  readonly problem: string;
}

const TOO_DEEP: Danger = {
  got: 'deeper nesting',
  problem: `the payload is nested more than ${MAX_DEPTH} levels deep`,
};
const TOO_MANY_NAMES: Danger = {
  got: 'more properties',
  problem: `the payload has more than ${MAX_NAMES} properties`,
};
const PROTOTYPE: Danger = { got: '"__proto__"', problem: 'the payload has a property named "__proto__"' };

/** Everything behind this walks or copies the value, here and at jambonz: depth, size and prototypes must be harmless first. */
function dangerIn(value: object, depth: number, names: { left: number }): Danger | undefined {
  if (depth > MAX_DEPTH) return TOO_DEEP;
  if (Array.isArray(value)) {
    for (const item of value) {
      if (typeof item !== 'object' || item === null) continue;
      const danger = dangerIn(item, depth + 1, names);
      if (danger !== undefined) return danger;
    }
    return undefined;
  }
  for (const key in value) {
    if (key === '__proto__') return PROTOTYPE;
    if (--names.left < 0) return TOO_MANY_NAMES;
    const member = (value as JsonObject)[key];
    if (typeof member !== 'object' || member === null) continue;
    const danger = dangerIn(member, depth + 1, names);
    if (danger !== undefined) return danger;
  }
  return undefined;
}

function refuse(expected: string, got: string, problem: string): Decoded {
  return { ok: false, fault: faultAt(ROOT, expected, got, problem) };
}
