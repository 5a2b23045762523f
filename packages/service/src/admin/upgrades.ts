import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from '@jambus/telemetry';
import { answerAndCut } from '../connections/index.ts';

/** Takes over an upgrade request and its socket; from then on both are its own, the socket's errors from the first moment. */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/**
 * Ends an upgrade request with an HTTP status and a JSON body, as it is not going to be a websocket.
 *
 * @param error stable word for programs, `not_found`
 * @param message for people
 */
export function refuseUpgrade(socket: Duplex, status: number, error: string, message: string): void {
  const body = JSON.stringify({ error, message });
  answerAndCut(socket, { status, contentType: 'application/json; charset=utf-8', body });
}

/** The upgrade requests of an HTTP server, by path. What nobody handles is refused with 404. */
export class Upgrades {
  readonly #handlers = new Map<string, UpgradeHandler>();
  readonly #sockets = new Set<Duplex>();
  readonly #logger: Logger;

  constructor(server: Server, logger: Logger) {
    this.#logger = logger;
    server.on('upgrade', (request, socket, head) => this.#dispatch(request, socket, head));
  }

  /** Gives the upgrade requests of one path, compared without query, to `handler`. */
  handle(path: string, handler: UpgradeHandler): void {
    this.#handlers.set(path, handler);
  }

  /** Cuts every upgraded socket that is still open. An HTTP server does not count them among its connections. */
  destroy(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #dispatch(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    const [path = '/'] = (request.url ?? '/').split('?');
    const handler = this.#handlers.get(path);
    if (handler === undefined) {
      refuseUpgrade(socket, 404, 'not_found', `no websocket at ${path}`);
      return;
    }
    try {
      handler(request, socket, head);
    } catch (error) {
      this.#logger.error({ err: error, path }, 'upgrade request failed');
      refuseUpgrade(socket, 500, 'internal', 'internal error');
    }
  }
}
