import { type Attributes, fromHeaders, headerName, JambusError, memo, NATS_MESSAGE_ID } from '@jambus/schema';
import type { MsgHdrs } from 'nats';

const PREFIX = 'ce-';

/** What begins a block of headers. */
export const VERSION_LINE = 'NATS/1.0\r\n';
/** What begins the line that says what the stream is to know a message by. */
export const MESSAGE_ID_BEGINNING = `${NATS_MESSAGE_ID}: `;
/** What would begin another line. */
const LINE_BREAK = /[\r\n]/;

/**
 * Attributes as headers of a message, with what the stream is to know it by. Written at once as the bytes that go out: the
 * client's own headers cost three times as much. `writeRecord` writes the same for records of ASCII.
 *
 * @throws JambusError `bus_refused` for a value that would break the block
 */
export function headersOf(attributes: Attributes, messageId: string | undefined): MsgHdrs {
  let text = VERSION_LINE;
  for (const name in attributes) text += lineOf(lineBeginning(name), attributes[name] ?? '');
  if (messageId !== undefined) text += lineOf(MESSAGE_ID_BEGINNING, messageId);
  return new HeaderBytes(Buffer.from(`${text}\r\n`)) as unknown as MsgHdrs;
}

/** All that the client asks of headers which it publishes. */
class HeaderBytes {
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  encode(): Uint8Array {
    return this.#bytes;
  }
}

/** What begins the line of an attribute: the name of its header, with a colon and a blank. */
export const lineBeginning = memo((attribute) => `${headerName(attribute, PREFIX)}: `);

/** @param beginning the name, with a colon and a blank */
function lineOf(beginning: string, value: string): string {
  if (LINE_BREAK.test(value) || LINE_BREAK.test(beginning)) {
    throw new JambusError('bus_refused', `a line break in the header ${JSON.stringify(beginning.slice(0, 100))}`);
  }
  return `${beginning}${value}\r\n`;
}

/**
 * The attributes of a message; none when it has no headers.
 *
 * @throws what the client says of headers that it cannot read
 */
export function attributesOf(found: MsgHdrs | undefined): Attributes {
  if (found === undefined) return {};
  return fromHeaders(firstValues(found), PREFIX);
}

function* firstValues(found: MsgHdrs): Generator<readonly [string, string], void, undefined> {
  for (const [name, [first]] of found) if (first !== undefined) yield [name, first];
}
