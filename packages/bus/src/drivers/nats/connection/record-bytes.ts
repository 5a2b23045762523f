import { type Attributes, memo } from '@jambus/schema';
import { lineBeginning, MESSAGE_ID_BEGINNING, VERSION_LINE } from './headers.ts';

/** A message for a stream, with what is to stand in its headers. */
export interface AttributedRecord {
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly attributes: Attributes;
  /** What the stream is to know it by. */
  readonly messageId: string | undefined;
}

const OPERATION = bytesOf('HPUB ');
const VERSION = bytesOf(VERSION_LINE);
const MESSAGE_ID = bytesOf(MESSAGE_ID_BEGINNING);
const [TAB, LINE_FEED, CARRIAGE_RETURN, BLANK, DOT, ZERO, LAST_ASCII] = [0x09, 0x0a, 0x0d, 0x20, 0x2e, 0x30, 0x7f];
const LINE_END_BYTES = 2;

/** The beginning of a header's line as bytes; undefined when it is none that is written here. */
const beginningBytes = memo((attribute) => {
  const beginning = lineBeginning(attribute);
  const bytes = bytesOf(beginning);
  return bytes.length === beginning.length && !/[\r\n]/.test(beginning) ? bytes : undefined;
});

/**
 * The lines of the headers that are about to be written: how each begins, and its value. They are looked up once, when they
 * are measured; one record is written at a time.
 */
const beginnings: Uint8Array[] = [];
const values: string[] = [];
let lines = 0;

/**
 * How many bytes the headers of a record take. Call it just before `writeRecord`.
 *
 * @returns -1 for a record that is not written here
 */
export function measureHeaders({ attributes, messageId }: AttributedRecord): number {
  lines = 0;
  let length = VERSION.length + LINE_END_BYTES;
  for (const name in attributes) {
    const beginning = beginningBytes(name);
    if (beginning === undefined) return -1;
    length += addLine(beginning, attributes[name] ?? '');
  }
  return messageId === undefined ? length : length + addLine(MESSAGE_ID, messageId);
}

function addLine(beginning: Uint8Array, value: string): number {
  beginnings[lines] = beginning;
  values[lines] = value;
  lines++;
  return beginning.length + value.length + LINE_END_BYTES;
}

/** Most bytes that a record takes on the wire beside its headers and its payload. */
export function frameBytesOf({ subject }: AttributedRecord, replyPrefix: string): number {
  return subject.length + replyPrefix.length + 80;
}

/**
 * Writes the record as the line, headers and payload that the client publishes it with: the common one, of ASCII throughout.
 * Its answer is to come to `<replyPrefix>.<number>`.
 *
 * @param into has room for what `frameBytesOf` says, the headers and the payload
 * @param headerBytes what `measureHeaders` has just said of this record
 * @returns the index behind its last byte; -1 for a record that is not written here, and may be none that can be sent
 */
export function writeRecord(
  into: Uint8Array,
  start: number,
  record: AttributedRecord,
  headerBytes: number,
  replyPrefix: string,
  number: number,
): number {
  const { subject, payload } = record;
  let at = writeToken(into, writeBytes(into, start, OPERATION), subject);
  if (at === -1) return -1;
  into[at++] = BLANK;
  at = writeToken(into, at, replyPrefix);
  if (at === -1) return -1;
  into[at++] = DOT;
  at = writeNumber(into, at, number);
  into[at++] = BLANK;
  at = writeNumber(into, at, headerBytes);
  into[at++] = BLANK;
  at = writeNumber(into, at, headerBytes + payload.byteLength);
  at = writeLineEnd(into, at);

  at = writeBytes(into, at, VERSION);
  for (let line = 0; line < lines; line++) {
    at = writeValue(into, writeBytes(into, at, beginnings[line] as Uint8Array), values[line] as string);
    if (at === -1) return -1;
  }
  at = writeLineEnd(into, at);
  into.set(payload, at);
  return writeLineEnd(into, at + payload.byteLength);
}

/** @returns -1 where there is anything but ASCII, or what would end a header */
function writeValue(into: Uint8Array, start: number, value: string): number {
  let at = start;
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index);
    if (code > LAST_ASCII || code === LINE_FEED || code === CARRIAGE_RETURN) return -1;
    into[at++] = code;
  }
  return writeLineEnd(into, at);
}

/** @returns -1 where there is anything but ASCII, or what would end a word of the protocol */
function writeToken(into: Uint8Array, start: number, token: string): number {
  let at = start;
  for (let index = 0; index < token.length; index++) {
    const code = token.charCodeAt(index);
    const ends = code === BLANK || code === TAB || code === LINE_FEED || code === CARRIAGE_RETURN;
    if (code > LAST_ASCII || ends) return -1;
    into[at++] = code;
  }
  return at === start ? -1 : at;
}

/** Short pieces only: for these a call into the engine costs more than the loop. */
function writeBytes(into: Uint8Array, at: number, bytes: Uint8Array): number {
  for (let index = 0; index < bytes.length; index++) into[at + index] = bytes[index] as number;
  return at + bytes.length;
}

function writeNumber(into: Uint8Array, start: number, number: number): number {
  let digits = 1;
  for (let rest = number; rest >= 10; rest = Math.floor(rest / 10)) digits++;
  for (let at = start + digits - 1, rest = number; at >= start; at--) {
    const tens = Math.floor(rest / 10);
    into[at] = ZERO + rest - tens * 10;
    rest = tens;
  }
  return start + digits;
}

function writeLineEnd(into: Uint8Array, at: number): number {
  into[at] = CARRIAGE_RETURN;
  into[at + 1] = LINE_FEED;
  return at + LINE_END_BYTES;
}

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text));
}
