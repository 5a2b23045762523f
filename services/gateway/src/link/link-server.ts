import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { type GatewayFrame, type HelloFrame, LINK_MAX_MESSAGE_BYTES, LINK_SUBPROTOCOLS } from '@jambus/link';
import type { JambusError } from '@jambus/schema';
import { refuseUpgrade, type UpgradeHandler } from '@jambus/service';
import { WebSocketServer } from 'ws';
import { type AdapterHandlers, type AdapterLink, type CommandWindow, createAdapterLink } from './adapter-link.ts';
import type { LinkGroup } from './link-group.ts';

export interface LinkServerOptions {
  readonly gatewayId: string;
  /** Another one each time the gateway starts. */
  readonly boot: string;
  /** The bearer tokens of which an adapter has to bring one; empty asks for none. */
  readonly tokens: readonly string[];
  /** An adapter has to show a certificate that is good for TLS of the internal port. */
  readonly certificates: boolean;
  /** Commands one adapter may have under way. */
  readonly commandWindow: CommandWindow;
  readonly pingIntervalMs: number;
  /** Those whom an adapter is linked for. @throws JambusError when the gateway has no use for it */
  readonly partyOf: (hello: HelloFrame) => LinkParty;
  /** An upgrade was refused with this HTTP status. */
  readonly refused: (status: number) => void;
  /** A link is down whose adapter was no part of a party. @param adapter its name; empty when it has not said it */
  readonly strayed: (adapter: string, error: JambusError | undefined) => void;
}

/** Calls that share their adapters. */
export interface LinkParty {
  readonly links: LinkGroup;
  /** The calls now, and those that left after `closing`, for an adapter that has just linked. */
  readonly snapshot: (closing: number) => Iterable<readonly [frame: GatewayFrame, payload?: Uint8Array]>;
  /** What the adapters say goes there. */
  readonly handlers: AdapterHandlers;
  /** @returns whether the numbers of reports go on where the adapter says */
  readonly resumes: (link: AdapterLink, hello: HelloFrame) => boolean;
  readonly linked: (link: AdapterLink, hello: HelloFrame, resumed: boolean) => void;
  /** @param forGood the adapter has closed the link in good order */
  readonly unlinked: (link: AdapterLink, error: JambusError | undefined, forGood: boolean) => void;
}

/** The links of all adapters. */
export interface LinkServer {
  /** For the upgrades on `LINK_PATH` of the gateway's internal port. */
  readonly upgrade: UpgradeHandler;
  close(reason: string): void;
}

const GOING_AWAY = 1001;

const REFUSALS = {
  400: ['bad_request', `the subprotocols here are ${LINK_SUBPROTOCOLS.join(' and ')}`],
  401: ['unauthorized', 'wrong or missing bearer token'],
  403: ['forbidden', 'a certificate is needed that one of the authorities of JAMBUS_LINK_TLS_CA has signed'],
} as const;

export function createLinkServer(options: LinkServerOptions): LinkServer {
  /** Every link, and the party of those whose adapter has said who it is. */
  const links = new Map<AdapterLink, LinkParty | undefined>();
  const { certificates } = options;
  const expected = options.tokens.map((token) => digest(`Bearer ${token}`));
  const websockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: LINK_MAX_MESSAGE_BYTES,
    handleProtocols: (offered) => LINK_SUBPROTOCOLS.find((name) => offered.has(name)) ?? false,
  });
  websockets.on('wsClientError', (error, stream) => refuseUpgrade(stream, 400, 'bad_request', error.message));

  const hello = (link: AdapterLink, frame: HelloFrame): AdapterHandlers => {
    const { gatewayId: gateway, boot, commandWindow } = options;
    const party = options.partyOf(frame);
    links.set(link, party);
    const resumed = party.resumes(link, frame);
    link.sendFrame({
      t: 'welcome',
      gateway,
      boot,
      commandWindow: commandWindow.commands,
      commandWindowBytes: commandWindow.bytes,
      resumed,
    });
    for (const [told, payload] of party.snapshot(frame.gatewayBoot === boot ? frame.closings : 0)) {
      link.sendFrame(told, payload);
    }
    link.sendFrame({ t: 'ready' });
    party.links.add(link);
    party.linked(link, frame, resumed);
    return party.handlers;
  };

  const closed = (link: AdapterLink, error: JambusError | undefined, forGood: boolean): void => {
    const party = links.get(link);
    links.delete(link);
    party?.links.delete(link);
    if (party === undefined) options.strayed(link.id, error);
    else party.unlinked(link, error, forGood);
  };

  const upgrade: UpgradeHandler = (request, stream, head) => {
    const status = refuse(request, expected, certificates);
    if (status !== undefined) {
      options.refused(status);
      const [error, message] = REFUSALS[status];
      refuseUpgrade(stream, status, error, message);
      return;
    }
    websockets.handleUpgrade(request, stream, head, (ws) => {
      links.set(createAdapterLink(ws, options.commandWindow, { hello, closed }), undefined);
    });
  };

  const beat = setInterval(() => {
    for (const link of links.keys()) link.beat();
  }, options.pingIntervalMs);

  return {
    upgrade,
    close(reason) {
      clearInterval(beat);
      for (const link of links.keys()) link.close(GOING_AWAY, reason);
    },
  };
}

function refuse(
  { headers, socket }: IncomingMessage,
  expected: readonly Buffer[],
  certificates: boolean,
): keyof typeof REFUSALS | undefined {
  const brought = digest(headers.authorization ?? '');
  // Each is compared, so that the time says nothing about which.
  const isKnown = expected.filter((one) => timingSafeEqual(brought, one)).length > 0;
  if (expected.length > 0 && !isKnown) return 401;
  if (certificates && !(socket as Partial<TLSSocket>).authorized) return 403;
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  return LINK_SUBPROTOCOLS.some((name) => offered.includes(name)) ? undefined : 400;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
