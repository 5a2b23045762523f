import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { answerAndCut } from '@jambus/service';
import type { SocketOrigin } from '../calls/socket-origin.ts';

/** The subprotocol jambonz asks for; it fails a call whose answer lacks it. */
export const JAMBONZ_SUBPROTOCOL = 'ws.jambonz.org';

/** Why a websocket upgrade is refused, as HTTP says it. */
export interface UpgradeRefusal {
  readonly status: number;
  readonly reason: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Who is let in. */
export interface Entrance {
  /** `user:password` that a request has to bring; undefined asks for none. */
  readonly basicAuth: string | undefined;
  /** Pages of browsers that may connect, as their `Origin` header has them; `*` stands for all. */
  readonly allowedOrigins: readonly string[];
}

/** The reason to refuse an upgrade, or undefined to accept it. */
export function refuseUpgrade(
  request: IncomingMessage,
  { basicAuth, allowedOrigins }: Entrance,
): UpgradeRefusal | undefined {
  if (!isOriginAllowed(request, allowedOrigins)) return FOREIGN_ORIGIN;
  if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
    return { status: 400, reason: 'the only upgrade on this port is to websocket' };
  }
  if (!isAuthorised(request, basicAuth)) {
    return {
      status: 401,
      reason: 'wrong or missing user and password',
      headers: { 'www-authenticate': 'Basic realm="jambus", charset="UTF-8"' },
    };
  }
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  if (!offered.includes(JAMBONZ_SUBPROTOCOL)) {
    return { status: 400, reason: `the subprotocol on this port is ${JAMBONZ_SUBPROTOCOL}` };
  }
  return undefined;
}

/** Whether the request brings the credentials, where any are asked for. */
export function isAuthorised(request: IncomingMessage, basicAuth: string | undefined): boolean {
  return basicAuth === undefined || hasCredentials(request, basicAuth);
}

/** Compares digests, so that neither length nor content of the password shows in the time it takes. */
function hasCredentials(request: IncomingMessage, basicAuth: string): boolean {
  const [scheme, credentials] = (request.headers.authorization ?? '').split(' ', 2);
  if (scheme?.toLowerCase() !== 'basic' || credentials === undefined) return false;
  return timingSafeEqual(digest(Buffer.from(credentials, 'base64')), digest(Buffer.from(basicAuth)));
}

function digest(data: Buffer): Buffer {
  return createHash('sha256').update(data).digest();
}

/**
 * Whether a page of a browser sends the request that may not. jambonz sends no `Origin`; a browser sends it with every
 * websocket, also one that a foreign page opens to the machine of whoever looks at it.
 */
export function isOriginAllowed({ headers }: IncomingMessage, allowedOrigins: readonly string[]): boolean {
  const { origin } = headers;
  return origin === undefined || allowedOrigins.includes('*') || allowedOrigins.includes(origin.toLowerCase());
}

/** What such a page hears. */
export const FOREIGN_ORIGIN: UpgradeRefusal = {
  status: 403,
  reason: 'browsers may not connect from this Origin: JAMBUS_ALLOWED_ORIGINS does not have it',
};

/** Answers an upgrade with an HTTP status and cuts the connection. */
export function answerRefusal(connection: Duplex, { status, reason, headers = {} }: UpgradeRefusal): void {
  answerAndCut(connection, { status, contentType: 'text/plain; charset=utf-8', body: `${reason}\n`, headers });
}

/** Where an upgrade that was accepted comes from. */
export function originOf(request: IncomingMessage, basicAuth: string | undefined): SocketOrigin {
  const user = basicAuth === undefined ? '' : (basicAuth.split(':', 1)[0] ?? '');
  return { application: applicationOf(request), address: request.socket.remoteAddress ?? '', user };
}

/** The websocket path, which tells one application from another. Queries stay out of it: they may hold secrets. */
function applicationOf(request: IncomingMessage): string {
  const path = (request.url ?? '/').split('?', 1)[0] as string;
  return path.slice(0, 256);
}
