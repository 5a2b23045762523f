import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpServer, type TlsFiles } from '@jambus/service';
import { WebSocketServer } from 'ws';
import type { CallSocket } from '../calls/call-socket.ts';
import type { SocketBinding } from '../calls/socket-binding.ts';
import type { SocketOrigin } from '../calls/socket-origin.ts';
import type { Deadline, DeadlineQueue } from '../deadline-queue.ts';
import { createJambonzSocket, type JambonzSocket, type SocketHandlers } from './jambonz-socket.ts';
import { answerRefusal, isAuthorised, JAMBONZ_SUBPROTOCOL, originOf, refuseUpgrade } from './upgrade.ts';

export interface JambonzServerOptions {
  readonly host: string;
  readonly port: number;
  /** Speaks TLS with them; plain websocket when left out. */
  readonly tls?: TlsFiles | undefined;
  readonly basicAuth: string | undefined;
  /** Largest message taken from jambonz, in bytes; a larger one ends its socket with 1009. */
  readonly maxInboundBytes: number;
  /** Past this many connections TCP connections are dropped: jambonz goes on trying then, which it would not after a 503. */
  readonly maxConnections: number;
  readonly pingIntervalMs: number;
  /** How long a fresh socket may stay silent. */
  readonly silenceDeadlines: DeadlineQueue;
  /** The answer to an OPTIONS request of the portal: the variables that the application declares, as JSON. */
  readonly envVars: string;
  readonly handlers: Pick<SocketHandlers, 'violation'> & {
    readonly opened: (socket: CallSocket, origin: SocketOrigin) => SocketBinding;
    /** A TCP connection was dropped because there are too many. */
    readonly dropped: () => void;
  };
}

/** The paths of websockets that are not taken for a time. */
export type HeldPaths = 'all' | 'none' | ((application: string) => boolean);

/** The port that jambonz connects to. */
export interface JambonzServer {
  /** Starts to listen; resolves with the port. */
  listen(): Promise<number>;
  /**
   * Takes no new connections of these paths, and does not read from those that have not said which call they are for; or does
   * so again. A connection that comes meanwhile is dropped: jambonz goes on trying then.
   */
  holdConnections(held: HeldPaths): void;
  /** Refuses new connections from now on; the open ones go on. */
  stopAccepting(): void;
  /** Cuts what is still open. */
  close(): Promise<void>;
}

/** How long a peer may take over its HTTP request. jambonz itself gives the upgrade 1.5 s. */
const REQUEST_TIMEOUT_MS = 5_000;
/** Node drops a connection when there are as many already; 0 would mean no limit. */
const NO_MORE_CONNECTIONS = -1;

export function createJambonzServer(options: JambonzServerOptions): JambonzServer {
  const { handlers } = options;
  /** Each with its path. */
  const sockets = new Map<JambonzSocket, string>();
  let held: HeldPaths = 'none';
  const timeouts = { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS };
  const http = createHttpServer(timeouts, options.tls);
  http.maxConnections = options.maxConnections;
  const websockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    // 250 KiB a connection on both sides; jambonz offers it and does without.
    perMessageDeflate: false,
    maxPayload: options.maxInboundBytes,
    handleProtocols: () => JAMBONZ_SUBPROTOCOL,
  });

  http.on('drop', () => handlers.dropped());
  http.on('clientError', (_error, socket) => {
    handlers.violation('http', 'not an HTTP request');
    answerRefusal(socket, { status: 400, reason: 'not an HTTP request' });
  });
  http.on('request', (request, response) => {
    if (request.method === 'OPTIONS' && isAuthorised(request, options.basicAuth)) {
      // The portal asks which variables the application declares, and never upgrades.
      response.writeHead(200, { connection: 'close', 'content-type': 'application/json' });
      response.end(options.envVars);
      return;
    }
    handlers.violation('http', 'a request without upgrade');
    response.writeHead(426, { connection: 'close', upgrade: 'websocket', 'content-type': 'text/plain; charset=utf-8' });
    response.end(`this port speaks websocket (${JAMBONZ_SUBPROTOCOL}) only\n`);
  });
  http.on('upgrade', (request, stream, head) => {
    stream.on('error', () => stream.destroy());
    const refusal = refuseUpgrade(request, options.basicAuth);
    if (refusal !== undefined) {
      handlers.violation('upgrade', refusal.reason);
      answerRefusal(stream, refusal);
      return;
    }
    const origin = originOf(request, options.basicAuth);
    if (isHeld(held, origin.application)) {
      // As a connection that there are too many of: an answer would end the trying.
      handlers.dropped();
      stream.destroy();
      return;
    }
    websockets.handleUpgrade(request, stream, head, (ws) => {
      let silence: Deadline;
      const awaitFirst = (): void => {
        silence = options.silenceDeadlines.add(() => {
          if (!socket.expireSilence()) awaitFirst();
        });
      };
      awaitFirst();
      const socket = createJambonzSocket(ws, stream, {
        opened: (opened) => handlers.opened(opened, origin),
        heard: () => silence.cancel(),
        violation: handlers.violation,
        closed: () => {
          silence.cancel();
          sockets.delete(socket);
        },
      });
      sockets.set(socket, origin.application);
    });
  });
  websockets.on('wsClientError', (error, stream) => {
    handlers.violation('upgrade', error.message);
    answerRefusal(stream, { status: 400, reason: error.message });
  });

  let beat: NodeJS.Timeout | undefined;
  return {
    async listen() {
      await listening(http, options.host, options.port);
      beat = setInterval(() => {
        for (const socket of sockets.keys()) socket.beat();
      }, options.pingIntervalMs);
      return (http.address() as AddressInfo).port;
    },
    holdConnections(next) {
      const former = held;
      held = next;
      // The number of connections that there may be; those that are open stay.
      http.maxConnections = held === 'all' ? NO_MORE_CONNECTIONS : options.maxConnections;
      for (const [socket, application] of sockets) {
        const hold = isHeld(held, application);
        if (hold !== isHeld(former, application)) socket.holdFirst(hold);
      }
    },
    stopAccepting() {
      http.close();
      http.closeIdleConnections();
    },
    async close() {
      clearInterval(beat);
      const closed = http.listening ? once(http, 'close') : undefined;
      http.close();
      http.closeAllConnections();
      for (const socket of sockets.keys()) socket.terminate();
      await closed;
    },
  };
}

function isHeld(held: HeldPaths, application: string): boolean {
  return typeof held === 'string' ? held === 'all' : held(application);
}

/** Resolves when the server listens, rejects when it cannot. */
async function listening(server: Server, host: string, port: number): Promise<void> {
  server.listen(port, host);
  await once(server, 'listening');
}
