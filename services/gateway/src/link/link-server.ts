import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type GatewayFrame, type HelloFrame, LINK_MAX_MESSAGE_BYTES, LINK_SUBPROTOCOL } from '@jambus/link';
import { refuseUpgrade, type UpgradeHandler } from '@jambus/service';
import { WebSocketServer } from 'ws';
import { rendezvous } from '../reports/rendezvous.ts';
import { type AdapterLink, type AdapterLinkHandlers, type CommandWindow, createAdapterLink } from './adapter-link.ts';

export interface LinkServerOptions {
  readonly gatewayId: string;
  /** Another one each time the gateway starts. */
  readonly boot: string;
  /** The bearer token an adapter has to bring. */
  readonly token: string;
  /** Commands one adapter may have under way. */
  readonly commandWindow: CommandWindow;
  readonly pingIntervalMs: number;
  /** The calls of this gateway now, and those that left after `closing`, for an adapter that has just linked. */
  readonly snapshot: (closing: number) => Iterable<readonly [frame: GatewayFrame, payload?: Uint8Array]>;
  readonly handlers: Omit<AdapterLinkHandlers, 'hello' | 'closed'> & {
    /** @returns whether the numbers of reports go on where the adapter says */
    readonly resumes: (link: AdapterLink, hello: HelloFrame) => boolean;
    readonly linked: (link: AdapterLink, hello: HelloFrame, resumed: boolean) => void;
    readonly unlinked: AdapterLinkHandlers['closed'];
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
  /** The names of the linked adapters. */
  names(): Iterable<string>;
  /**
   * Tells one adapter, the same one for a call as long as the adapters are the same.
   *
   * @param among the adapters to choose from, as long as one of them is linked
   * @returns its name
   */
  sendToOne(
    frame: GatewayFrame & { readonly call: string },
    payload?: Uint8Array,
    among?: readonly string[],
  ): string | undefined;
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

  const hello = (link: AdapterLink, frame: HelloFrame): void => {
    const { gatewayId: gateway, boot, commandWindow } = options;
    const resumed = handlers.resumes(link, frame);
    link.sendFrame({
      t: 'welcome',
      gateway,
      boot,
      commandWindow: commandWindow.commands,
      commandWindowBytes: commandWindow.bytes,
      resumed,
    });
    for (const [told, payload] of options.snapshot(frame.gatewayBoot === boot ? frame.closings : 0)) {
      link.sendFrame(told, payload);
    }
    link.sendFrame({ t: 'ready' });
    handlers.linked(link, frame, resumed);
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
        withdraw: handlers.withdraw,
        taken: handlers.taken,
        known: handlers.known,
        searching: handlers.searching,
        elsewhere: handlers.elsewhere,
        contested: handlers.contested,
        relayed: handlers.relayed,
        draining: handlers.draining,
        closed: (closedLink, error, forGood) => {
          links.delete(closedLink);
          handlers.unlinked(closedLink, error, forGood);
        },
      });
      links.add(link);
    });
  };

  function* greeted(): Iterable<AdapterLink> {
    for (const link of links) if (link.greeted) yield link;
  }

  const beat = setInterval(() => {
    for (const link of links) link.beat();
  }, options.pingIntervalMs);

  return {
    upgrade,
    broadcast(frame, payload) {
      for (const link of greeted()) link.sendFrame(frame, payload);
    },
    get linked() {
      return [...greeted()].length;
    },
    *names() {
      for (const { id } of greeted()) yield id;
    },
    sendToOne(frame, payload, among = []) {
      const wanted = [...greeted()].filter(({ id }) => among.includes(id));
      const link = rendezvous(frame.call, wanted.length > 0 ? wanted : greeted());
      link?.sendFrame(frame, payload);
      return link?.id;
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
