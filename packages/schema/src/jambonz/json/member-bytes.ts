const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/**
 * The bytes of one member's value inside a JSON object: a view into `json`, nothing is copied or written anew. With a
 * name that occurs twice the last one counts, as in `JSON.parse`.
 *
 * @param json one JSON object in UTF-8 that `JSON.parse` has accepted; anything else gives nonsense
 * @param name a name in plain ASCII
 * @returns undefined when there is no such member, or when a name is written with escapes so that bytes cannot tell
 */
export function memberBytes(json: Uint8Array, name: string): Uint8Array | undefined {
  let found: Uint8Array | undefined;
  let index = skipTo(json, 0, OPEN_BRACE) + 1;
  while (index < json.length) {
    const nameStart = skipTo(json, index, QUOTE);
    if (nameStart >= json.length) return found;
    const nameEnd = endOfString(json, nameStart);
    const start = skipBlank(json, skipTo(json, nameEnd, COLON) + 1);
    const end = endOfValue(json, start);
    if (json.subarray(nameStart, nameEnd).includes(BACKSLASH)) return undefined;
    if (isName(json, nameStart + 1, nameEnd - 1, name)) found = json.subarray(start, end);
    index = end;
  }
  return found;
}

function isName(json: Uint8Array, start: number, end: number, name: string): boolean {
  if (end - start !== name.length) return false;
  for (let i = 0; i < name.length; i += 1) if (json[start + i] !== name.charCodeAt(i)) return false;
  return true;
}

function skipTo(json: Uint8Array, from: number, byte: number): number {
  const found = json.indexOf(byte, from);
  return found === -1 ? json.length : found;
}

function skipBlank(json: Uint8Array, from: number): number {
  let index = from;
  while (isBlank(json[index])) index += 1;
  return index;
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

/** Index behind the closing quote of the string that begins at `start`. */
function endOfString(json: Uint8Array, start: number): number {
  let index = start + 1;
  while (index < json.length && json[index] !== QUOTE) index += json[index] === BACKSLASH ? 2 : 1;
  return index + 1;
}

/** Index behind the value that begins at `start`. */
function endOfValue(json: Uint8Array, start: number): number {
  let depth = 0;
  let index = start;
  while (index < json.length) {
    const byte = json[index];
    if (byte === QUOTE) {
      index = endOfString(json, index);
      if (depth === 0) return index;
      continue;
    }
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      if (depth === 0) return index;
      depth -= 1;
      if (depth === 0) return index + 1;
    } else if (depth === 0 && (byte === COMMA || isBlank(byte))) return index;
    index += 1;
  }
  return index;
}
