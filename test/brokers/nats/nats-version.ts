/**
 * Which server a test wants: `any`, the newest that can be had; `newest`, one that knows everything the driver makes use
 * of; `2.9`, the one of Debian 12, which does not (subject transforms came with 2.10).
 */
export type NatsVersion = 'any' | 'newest' | '2.9';

/** @param version of a server, such as `2.9.10` */
export function isWanted(wanted: NatsVersion, version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (wanted === 'any') return true;
  if (wanted === '2.9') return major === 2 && minor === 9;
  return major > 2 || (major === 2 && minor >= 10);
}
