import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type GatewayFrame, type JambusError, LINK_MAX_MESSAGE_BYTES, LINK_SUBPROTOCOL } from '@jambus/schema';
import { refuseUpgrade, type UpgradeHandler } from '@jambus/service';
import { WebSocketServer } from 'ws';
import { type AdapterLink, type AdapterLinkHandlers, createAdapterLink } from './adapter-link.ts';

export interface LinkServerOptions {
  readonly gatewayId: string;
  /** The bearer token an adapter has to bring. */
  readonly token: string;
  /** Commands one adapter may have under way. */
  readonly commandWindow: number;
  readonly pingIntervalMs: number;
  /** The calls of this gateway now, for an adapter that has just linked. */
  readonly snapshot: () => Iterable<GatewayFrame>;
  readonly handlers: Omit<AdapterLinkHandlers, 'hello' | 'closed'> & {
    readonly linked: (link: AdapterLink) => void;
    readonly unlinked: (link: AdapterLink, error: JambusError | undefined) => void;
    readonly refused: (status: number) => void;
  };
}

/** The links of all adapters. */
export interface LinkServer {
  /** For the upgrades on `LINK_PATH` of the gateway's internal port. */
  readonly upgrade: UpgradeHandler;
  /** Tells every linked adapter. Resolves nothing: a link that is down learns it all again when it is back. */
  broadcast(frame: GatewayFrame, payload?: Uint8Array): void;
  readonly linked: number;
  close(reason: string): void;
}

const GOING_AWAY = 1001;

const REFUSALS = {
  400: ['bad_request', `the subprotocol here is ${LINK_SUBPROTOCOL}`],
  401: ['unauthorized', 'wrong or missing bearer token'],
} as const;

export function createLinkServer(options: LinkServerOptions): LinkServer {
  const { handlers } = options;
  const links = new Set<AdapterLink>();
  const expectedToken = digest(`Bearer ${options.token}`);
  const websockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: LINK_MAX_MESSAGE_BYTES,
    handleProtocols: () => LINK_SUBPROTOCOL,
  });
  websockets.on('wsClientError', (error, stream) => refuseUpgrade(stream, 400, 'bad_request', error.message));

  const hello = (link: AdapterLink): void => {
    link.sendFrame({ t: 'welcome', gateway: options.gatewayId, commandWindow: options.commandWindow });
    for (const frame of options.snapshot()) link.sendFrame(frame);
    link.sendFrame({ t: 'ready' });
    handlers.linked(link);
  };

  const upgrade: UpgradeHandler = (request, stream, head) => {
    const status = refuse(request, expectedToken);
    if (status !== undefined) {
      handlers.refused(status);
      const [error, message] = REFUSALS[status];
      refuseUpgrade(stream, status, error, message);
      return;
    }
    websockets.handleUpgrade(request, stream, head, (ws) => {
      const link = createAdapterLink(ws, options.commandWindow, {
        hello,
        command: handlers.command,
        taken: handlers.taken,
        known: handlers.known,
        elsewhere: handlers.elsewhere,
        closed: (closedLink, error) => {
          links.delete(closedLink);
          handlers.unlinked(closedLink, error);
        },
      });
      links.add(link);
    });
  };

  const beat = setInterval(() => {
    for (const link of links) link.beat();
  }, options.pingIntervalMs);

  return {
    upgrade,
    broadcast(frame, payload) {
      for (const link of links) if (link.greeted) link.sendFrame(frame, payload);
    },
    get linked() {
      let count = 0;
      for (const link of links) if (link.greeted) count++;
      return count;
    },
    close(reason) {
      clearInterval(beat);
      for (const link of links) link.close(GOING_AWAY, reason);
    },
  };
}

function refuse(request: IncomingMessage, expectedToken: Buffer): 400 | 401 | undefined {
  if (!timingSafeEqual(digest(request.headers.authorization ?? ''), expectedToken)) return 401;
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  return offered.includes(LINK_SUBPROTOCOL) ? undefined : 400;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
