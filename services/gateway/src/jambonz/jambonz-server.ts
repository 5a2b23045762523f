import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpServer, peerOf, type TlsFiles, watchNewcomers } from '@jambus/service';
import { WebSocketServer } from 'ws';
import type { CallSocket } from '../calls/call-socket.ts';
import type { SocketBinding } from '../calls/socket-binding.ts';
import type { SocketOrigin } from '../calls/socket-origin.ts';
import type { Deadline, DeadlineQueue } from '../deadline-queue.ts';
import { createJambonzSocket, type JambonzSocket, type SocketHandlers } from './jambonz-socket.ts';
import {
  answerRefusal,
  type Entrance,
  FOREIGN_ORIGIN,
  isAuthorised,
  isOriginAllowed,
  JAMBONZ_SUBPROTOCOL,
  originOf,
  refuseUpgrade,
} from './upgrade.ts';
import { createUpgradeRate } from './upgrade-rate.ts';

/**
 * Why a connection was dropped without an answer, which makes jambonz try again: `full` there are as many websockets as there
 * may be, `held` the bus does not keep up, `rate` its address opens too many, `newcomer` others wait who came later.
 */
export const DROPS = ['full', 'held', 'rate', 'newcomer'] as const;
export type Drop = (typeof DROPS)[number];

export interface JambonzServerOptions extends Entrance {
  readonly host: string;
  readonly port: number;
  /** Speaks TLS with them; plain websocket when left out. */
  readonly tls?: TlsFiles | undefined;
  /** Largest message taken from jambonz, in bytes; a larger one ends its socket with 1009. */
  readonly maxInboundBytes: number;
  /** Past this many websockets TCP connections are dropped: jambonz goes on trying then, which it would not after a 503. */
  readonly maxWebsockets: number;
  /** Websockets that one address, or one network of IPv6, may open in a second, over some time; 0: no limit. */
  readonly upgradesPerSecond: number;
  readonly pingIntervalMs: number;
  /** How long a fresh socket may stay silent. */
  readonly silenceDeadlines: DeadlineQueue;
  /** The answer to an OPTIONS request of the portal: the variables that the application declares, as JSON. */
  readonly envVars: string;
  readonly handlers: Pick<SocketHandlers, 'violation'> & {
    readonly opened: (socket: CallSocket, origin: SocketOrigin) => SocketBinding;
    readonly dropped: (why: Drop) => void;
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

/** How long a connection may be no websocket, whatever it does meanwhile. jambonz itself gives the upgrade 1.5 s. */
const NEWCOMER_MS = 5_000;
/** More than the operating system hands over at once (a backlog of 511), so that nobody goes whose request is there. */
const MOST_NEWCOMERS_OF_ADDRESS = 768;
const MOST_NEWCOMERS = 2_048;
/** Node drops a connection when there are as many already; 0 would mean no limit. */
const NO_MORE_CONNECTIONS = -1;
/** How long a peer may take to close a websocket that was closed here, ms. The types of ws do not have it. */
const CLOSING = { closeTimeout: 5_000 };
/** Of one message. jambonz sends each in one frame; a message over a slow line comes in pieces of a packet. */
const MOST_FRAGMENTS = 1_024;
const MOST_PIECES = 16_384;

export function createJambonzServer(options: JambonzServerOptions): JambonzServer {
  const { handlers } = options;
  /** Each with its path. */
  const sockets = new Map<JambonzSocket, string>();
  let held: HeldPaths = 'none';
  // Whoever is late is cut off as a newcomer.
  const http = createHttpServer({}, options.tls);
  const rate = createUpgradeRate({ perSecond: options.upgradesPerSecond });
  const websockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    // 250 KiB a connection on both sides; jambonz offers it and does without.
    perMessageDeflate: false,
    maxPayload: options.maxInboundBytes,
    maxFragments: MOST_FRAGMENTS,
    maxBufferedChunks: MOST_PIECES,
    ...CLOSING,
    // One frame in a turn of the event loop: a chunk has thousands of small ones, and other calls wait meanwhile.
    allowSynchronousEvents: false,
    handleProtocols: () => JAMBONZ_SUBPROTOCOL,
  });

  http.on('drop', () => handlers.dropped('held'));
  http.on('connection', (connection) => {
    if (sockets.size < options.maxWebsockets) return;
    handlers.dropped('full');
    connection.destroy();
  });
  const newcomers = watchNewcomers(http, {
    most: MOST_NEWCOMERS,
    mostOfAddress: MOST_NEWCOMERS_OF_ADDRESS,
    stayMs: NEWCOMER_MS,
    onCut(why) {
      if (why === 'late') handlers.violation('late', `no websocket within ${NEWCOMER_MS} ms`);
      else handlers.dropped('newcomer');
    },
  });
  http.on('clientError', (_error, socket) => {
    handlers.violation('http', 'not an HTTP request');
    answerRefusal(socket, { status: 400, reason: 'not an HTTP request' });
  });
  http.on('request', (request, response) => {
    if (!isOriginAllowed(request, options.allowedOrigins)) {
      handlers.violation('origin', FOREIGN_ORIGIN.reason);
      response.writeHead(FOREIGN_ORIGIN.status, { connection: 'close', 'content-type': 'text/plain; charset=utf-8' });
      response.end(`${FOREIGN_ORIGIN.reason}\n`);
      return;
    }
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
  const whyDrop = ({ application, address }: SocketOrigin): Drop | undefined => {
    if (sockets.size >= options.maxWebsockets) return 'full';
    if (isHeld(held, application)) return 'held';
    // Who brings no credentials has not come so far, and takes nothing from those behind the same proxy.
    return rate.take(peerOf(address)) ? undefined : 'rate';
  };
  http.on('upgrade', (request, stream, head) => {
    stream.on('error', () => stream.destroy());
    const refusal = refuseUpgrade(request, options);
    if (refusal !== undefined) {
      handlers.violation(refusal === FOREIGN_ORIGIN ? 'origin' : 'upgrade', refusal.reason);
      answerRefusal(stream, refusal);
      return;
    }
    const origin = originOf(request, options.basicAuth);
    const drop = whyDrop(origin);
    if (drop !== undefined) {
      // An answer would end the trying.
      handlers.dropped(drop);
      stream.destroy();
      return;
    }
    websockets.handleUpgrade(request, stream, head, (ws) => {
      newcomers.leave(request.socket);
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
      http.maxConnections = held === 'all' ? NO_MORE_CONNECTIONS : Number.POSITIVE_INFINITY;
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
      newcomers.close();
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
