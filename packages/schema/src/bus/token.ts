/**
 * What cannot be in one token of a subject, measured on nats-server 2.9.10 and 2.15.2. The server ends a token at a space,
 * a tab, a line feed or a dot, and takes a token that is `*` or `>` for a wildcard where it is subscribed to. It stores a
 * carriage return, a form feed and DEL, and cannot find or deliver again what has them. Halves of surrogate pairs have no
 * UTF-8; they and bytes that are no UTF-8 are read as U+FFFD, which would be the address of another call.
 */
const NOT_IN_A_TOKEN = /[\t\n\f\r .*>\u007f\ufffd\p{Cs}]/gu;

/** Whether a text can be one token of a subject, apart from its length. */
export function isToken(text: string): boolean {
  return text !== '' && text.search(NOT_IN_A_TOKEN) === -1;
}

/** The text with what is not allowed in a token replaced, for subjects that only help to filter. */
export function asToken(text: string): string {
  return text.replaceAll(NOT_IN_A_TOKEN, '_') || '_';
}
