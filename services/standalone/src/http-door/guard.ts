import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** Why a request is not let in, as HTTP says it. */
export interface DoorRefusal {
  readonly status: 403 | 415 | 421;
  /** Stable word for programs. */
  readonly error: string;
  /** For people. */
  readonly message: string;
}

/** Where a browser says that a request comes from, when that is no other web site. */
const NO_OTHER_SITE = new Set(['none', 'same-origin']);

/** What a form of a web page can never send, and a script of another site not without asking (CORS). */
const JSON_TYPE = /^application\/(?:json|[\w.+-]+\+json)\s*(?:;|$)/i;

const HOST_AND_PORT = /^(\[[^\]]+\]|[^:[\]]+)(?::\d{1,5})?$/;

/**
 * Keeps web pages out. The door has no password because it listens for its own machine; a browser on this machine, though,
 * runs the pages of strangers. Three things tell them:
 *
 * - A page whose name was made to point here (DNS rebinding) is of the same origin for its browser and may read everything.
 *   Its requests have its name as their `Host`. An address in numbers cannot be pointed elsewhere, so it may stand there.
 * - Every other page says so in `Origin` or `Sec-Fetch-Site`.
 * - One that says neither, in an old browser, cannot send JSON.
 *
 * @param names in lower case that `Host` may have, besides addresses and those of the loopback interface
 * @returns undefined for a request that may pass
 */
export function refuseAtDoor(
  { method, headers }: Pick<IncomingMessage, 'method' | 'headers'>,
  names: ReadonlySet<string>,
): DoorRefusal | undefined {
  if (!isOwnName(headers.host ?? '', names)) {
    const message = 'this is no server of that name; JAMBUS_DOOR_HOSTS has the names that it answers to';
    return { status: 421, error: 'misdirected', message };
  }
  const site = headers['sec-fetch-site'];
  if (headers.origin !== undefined || (site !== undefined && !NO_OTHER_SITE.has(String(site)))) {
    return { status: 403, error: 'forbidden', message: 'requests are not taken from web pages' };
  }
  if (method === 'POST' && !JSON_TYPE.test(headers['content-type'] ?? '')) {
    const message = 'expected the header content-type: application/json';
    return { status: 415, error: 'unsupported_media_type', message };
  }
  return undefined;
}

function isOwnName(host: string, names: ReadonlySet<string>): boolean {
  const name = HOST_AND_PORT.exec(host)?.[1]?.toLowerCase().replace(/\.$/, '');
  if (name === undefined) return false;
  if (isIP(name) === 4 || (name.startsWith('[') && isIP(name.slice(1, -1)) === 6)) return true;
  return name === 'localhost' || name.endsWith('.localhost') || names.has(name);
}
