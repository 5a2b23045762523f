import type { Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { peerOf } from './peer-of.ts';

/** Why a newcomer was cut off: there are too many, or it has stayed too long. */
export type NewcomerEnd = 'crowded' | 'late';

export interface NewcomersOptions {
  /** Most of them at a time. */
  readonly most: number;
  /** Most of them from one address, or from one network of IPv6. */
  readonly mostOfAddress: number;
  /** How long one may stay, ms; undefined: for as long as the server lets it. */
  readonly stayMs: number | undefined;
  /** Told of each that is cut off. */
  readonly onCut: (why: NewcomerEnd) => void;
}

/**
 * The connections of an HTTP server that are no websockets: those that have not sent their request, those that are being
 * refused, those of plain HTTP. Anybody can open them, so they have bounds of their own and take no place from a call. Past
 * a bound the oldest one goes, not the new one: a peer that means it sends its request at once.
 */
export interface Newcomers {
  readonly size: number;
  /** The connection has become a websocket, and is somebody else's to count. */
  leave(connection: Pick<Socket, 'remoteAddress' | 'remotePort'>): void;
  close(): void;
}

interface Newcomer {
  readonly connection: Duplex;
  readonly address: string;
  /** On the clock of `performance.now()`. */
  readonly since: number;
}

const SWEEP_MS = 500;

export function watchNewcomers(server: Server, options: NewcomersOptions): Newcomers {
  const { most, mostOfAddress, stayMs, onCut } = options;
  /** By where each comes from; oldest first, as are those of an address. */
  const all = new Map<string, Newcomer>();
  const byAddress = new Map<string, Set<string>>();
  let sweep: NodeJS.Timeout | undefined;

  const leave = (end: string): void => {
    const newcomer = all.get(end);
    if (newcomer === undefined) return;
    all.delete(end);
    const ofAddress = byAddress.get(newcomer.address);
    ofAddress?.delete(end);
    if (ofAddress?.size === 0) byAddress.delete(newcomer.address);
    if (all.size === 0) {
      clearInterval(sweep);
      sweep = undefined;
    }
  };

  const cut = (end: string, why: NewcomerEnd): void => {
    const connection = all.get(end)?.connection;
    leave(end);
    onCut(why);
    connection?.destroy();
  };

  const cutLate = (): void => {
    const before = performance.now() - (stayMs ?? Number.POSITIVE_INFINITY);
    for (const [end, { since }] of all) {
      if (since > before) return;
      cut(end, 'late');
    }
  };

  const cutOldest = (ends: Iterable<string>): void => {
    const [oldest] = ends;
    if (oldest !== undefined) cut(oldest, 'crowded');
  };

  server.on('connection', (connection) => {
    if (connection.destroyed) return;
    const address = peerOf(connection.remoteAddress);
    const end = endOf(connection);
    const ofAddress = byAddress.get(address);
    if (ofAddress !== undefined && ofAddress.size >= mostOfAddress) cutOldest(ofAddress);
    if (all.size >= most) cutOldest(all.keys());
    all.set(end, { connection, address, since: performance.now() });
    const known = byAddress.get(address);
    if (known === undefined) byAddress.set(address, new Set([end]));
    else known.add(end);
    // Another one may have the same end by then.
    connection.once('close', () => all.get(end)?.connection === connection && leave(end));
    if (stayMs !== undefined) sweep ??= setInterval(cutLate, SWEEP_MS);
  });

  return {
    get size() {
      return all.size;
    },
    leave: (connection) => leave(endOf(connection)),
    close: () => clearInterval(sweep),
  };
}

/** The other end of a connection. With TLS, the stream of an upgrade is another object than the connection, with the same end. */
function endOf({ remoteAddress, remotePort }: Pick<Socket, 'remoteAddress' | 'remotePort'>): string {
  return `${remoteAddress} ${remotePort}`;
}
