/**
 * The longest type of a message, in bytes of UTF-8. jambonz's own are under 30; a type becomes an attribute of an event,
 * a label of metrics and a part of log lines, none of which may grow with what a websocket says.
 */
export const MAX_MESSAGE_TYPE_BYTES = 128;

/** Control characters, line and paragraph separators, and halves of surrogate pairs, which have no UTF-8. */
const NOT_ON_ONE_LINE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u;

/** Whether a jambonz message may have this type: one line without control characters, not empty, of bounded length. */
export function isMessageType(type: string): boolean {
  if (type === '' || type.length > MAX_MESSAGE_TYPE_BYTES) return false;
  return Buffer.byteLength(type, 'utf8') <= MAX_MESSAGE_TYPE_BYTES && !NOT_ON_ONE_LINE.test(type);
}

/**
 * The longest id of a message, in bytes of UTF-8. Those of jambonz have 22 (short-uuid). It is kept until the message has its
 * answer, which repeats it.
 */
export const MAX_MSGID_BYTES = 256;

/** Whether a message may have this id. */
export function isMsgid(msgid: string): boolean {
  return msgid.length <= MAX_MSGID_BYTES && Buffer.byteLength(msgid, 'utf8') <= MAX_MSGID_BYTES;
}
