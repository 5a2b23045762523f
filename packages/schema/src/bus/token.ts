/** What NATS forbids in one token of a subject, and the dot that would make two of it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const NOT_IN_A_TOKEN = /[\s.*>\u0000-\u001f\u007f]/g;

/** Whether a text can be one token of a subject. */
export function isToken(text: string): boolean {
  return text !== '' && text.search(NOT_IN_A_TOKEN) === -1;
}

/** The text with what is not allowed in a token replaced, for subjects that only help to filter. */
export function asToken(text: string): string {
  return text.replaceAll(NOT_IN_A_TOKEN, '_') || '_';
}
