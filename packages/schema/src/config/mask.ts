/** What stands in the place of a secret, wherever people may read it. */
export const MASK = '***';

/**
 * Blanks the `user:password@` part of every URL in a text, so that values and error messages can be shown. Made to be
 * linear in the length of the text: it runs over whole log lines.
 */
export function maskCredentials(text: string): string {
  return text.replaceAll(/:\/\/[^\s/"]*@/g, `://${MASK}@`);
}
