import type { PublishAnswer } from './publish-answer.ts';

const STORED: PublishAnswer = { kind: 'stored' };
const DUPLICATE: PublishAnswer = { kind: 'duplicate' };

const BEGINNING = bytesOf('{"stream":"');
const SEQUENCE = bytesOf(', "seq":');
const SEQUENCE_WITHOUT_BLANK = bytesOf(',"seq":');
const END = bytesOf('}');
const DUPLICATE_END = bytesOf(',"duplicate": true}');
const DUPLICATE_END_WITHOUT_BLANK = bytesOf(',"duplicate":true}');
const [QUOTE, BACKSLASH, BLANK, ZERO, NINE] = [0x22, 0x5c, 0x20, 0x30, 0x39];

/**
 * Reads the two answers that nearly all are, as servers write them: `{"stream":"<name>", "seq":<number>}`, with
 * `,"duplicate": true` or without. What they mean is defined by `readPublishAnswer`.
 *
 * @returns undefined for every other answer
 */
export function quickAnswer(data: Uint8Array): PublishAnswer | undefined {
  if (!stands(BEGINNING, data, 0)) return undefined;
  let at = BEGINNING.length;
  for (; data[at] !== QUOTE; at++) {
    const byte = data[at];
    // What is escaped, and what may not stand there, is for the general way. So is the end of the data.
    if (byte === undefined || byte === BACKSLASH || byte < BLANK) return undefined;
  }
  at++;
  if (stands(SEQUENCE, data, at)) at += SEQUENCE.length;
  else if (stands(SEQUENCE_WITHOUT_BLANK, data, at)) at += SEQUENCE_WITHOUT_BLANK.length;
  else return undefined;
  const first = at;
  while (isDigit(data[at])) at++;
  if (at === first || (data[first] === ZERO && at > first + 1)) return undefined;
  if (isEnd(END, data, at)) return STORED;
  return isEnd(DUPLICATE_END, data, at) || isEnd(DUPLICATE_END_WITHOUT_BLANK, data, at) ? DUPLICATE : undefined;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

function isEnd(end: Uint8Array, data: Uint8Array, at: number): boolean {
  return data.length === at + end.length && stands(end, data, at);
}

function stands(what: Uint8Array, data: Uint8Array, at: number): boolean {
  for (let index = 0; index < what.length; index++) if (data[at + index] !== what[index]) return false;
  return true;
}

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text));
}
