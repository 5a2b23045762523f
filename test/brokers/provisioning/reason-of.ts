/**
 * What an error says, without its name.
 *
 * Not by `instanceof`: under jest, errors of Node's own modules are of another realm than `Error` here.
 */
export function reasonOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
  return String(error);
}
