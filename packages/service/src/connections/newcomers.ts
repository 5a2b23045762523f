import type { Server } from 'node:net';
import type { Duplex } from 'node:stream';

/** Why a newcomer was cut off: there are too many, or it has stayed too long. */
export type NewcomerEnd = 'crowded' | 'late';

export interface NewcomersOptions {
  /** Most of them at a time. */
  readonly most: number;
  /** Most of them from one address. */
  readonly mostOfAddress: number;
  /** How long one may stay, ms; undefined: for as long as the server lets it. */
  readonly stayMs: number | undefined;
  /** Told of each that is cut off. */
  readonly onCut: (why: NewcomerEnd) => void;
}

/**
 * The connections of an HTTP server that are no websockets: those that have not sent their request, those that are being
 * refused, those of plain HTTP. Anybody can open them, so they have bounds of their own and take no place from a call. Past
 * a bound the oldest one goes, not the new one: who means it sends his request at once.
 */
export interface Newcomers {
  readonly size: number;
  /** The connection has become a websocket, and is somebody else's to count. */
  leave(connection: Duplex): void;
  close(): void;
}

interface Newcomer {
  readonly address: string;
  /** On the clock of `performance.now()`. */
  readonly since: number;
}

const SWEEP_MS = 500;

export function watchNewcomers(server: Server, options: NewcomersOptions): Newcomers {
  const { most, mostOfAddress, stayMs, onCut } = options;
  /** Oldest first, as are those of an address. */
  const all = new Map<Duplex, Newcomer>();
  const byAddress = new Map<string, Set<Duplex>>();
  let sweep: NodeJS.Timeout | undefined;

  const leave = (connection: Duplex): void => {
    const newcomer = all.get(connection);
    if (newcomer === undefined) return;
    all.delete(connection);
    const ofAddress = byAddress.get(newcomer.address);
    ofAddress?.delete(connection);
    if (ofAddress?.size === 0) byAddress.delete(newcomer.address);
    if (all.size === 0) {
      clearInterval(sweep);
      sweep = undefined;
    }
  };

  const cut = (connection: Duplex, why: NewcomerEnd): void => {
    leave(connection);
    onCut(why);
    connection.destroy();
  };

  const cutLate = (): void => {
    const before = performance.now() - (stayMs ?? Number.POSITIVE_INFINITY);
    for (const [connection, { since }] of all) {
      if (since > before) return;
      cut(connection, 'late');
    }
  };

  const cutOldest = (connections: Iterable<Duplex>): void => {
    for (const oldest of connections) {
      cut(oldest, 'crowded');
      return;
    }
  };

  server.on('connection', (connection) => {
    if (connection.destroyed) return;
    const address = connection.remoteAddress ?? '';
    const ofAddress = byAddress.get(address);
    if (ofAddress !== undefined && ofAddress.size >= mostOfAddress) cutOldest(ofAddress);
    if (all.size >= most) cutOldest(all.keys());
    all.set(connection, { address, since: performance.now() });
    const known = byAddress.get(address);
    if (known === undefined) byAddress.set(address, new Set([connection]));
    else known.add(connection);
    connection.once('close', () => leave(connection));
    if (stayMs !== undefined) sweep ??= setInterval(cutLate, SWEEP_MS);
  });

  return {
    get size() {
      return all.size;
    },
    leave,
    close: () => clearInterval(sweep),
  };
}
