import { type Attributes, fromHeaders, toHeaders } from '@jambus/schema';
import { headers, type MsgHdrs } from 'nats';

const PREFIX = 'ce-';
/** By this JetStream drops what is published again. */
const MESSAGE_ID = 'Nats-Msg-Id';

/** Attributes as headers of a message, with what the stream is to know it by. */
export function headersOf(attributes: Attributes, messageId: string | undefined): MsgHdrs {
  const result = headers();
  const entries = toHeaders(attributes, PREFIX);
  for (const name in entries) result.append(name, entries[name] ?? '');
  if (messageId !== undefined) result.append(MESSAGE_ID, messageId);
  return result;
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
