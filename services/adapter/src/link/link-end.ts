import { JambusError } from '@jambus/schema';

/** Why a link is down: what went wrong, or the close code and reason when nothing did. */
export type LinkEnd = JambusError | { readonly code: number; readonly reason: string };

/**
 * Whether the gateway's machine, or what answers for it, says that nobody listens there: the process is gone. A network that
 * is cut says nothing of that kind.
 */
export function nobodyListens(why: LinkEnd): boolean {
  if (!(why instanceof JambusError)) return false;
  const { cause } = why;
  return typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'ECONNREFUSED';
}
