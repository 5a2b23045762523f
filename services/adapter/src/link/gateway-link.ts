import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '@jambus/bus';
import { createFrameSocket, type FrameSocket } from '@jambus/link';
import {
  type ClosedFrame,
  type CommandFrame,
  type EventFrame,
  type GatewayFrame,
  gatewayFrames,
  JambusError,
  LINK_MAX_MESSAGE_BYTES,
  LINK_PATH,
  LINK_SUBPROTOCOL,
  type OpenedFrame,
  type OutcomeFrame,
} from '@jambus/schema';
import { WebSocket } from 'ws';
import type { DirectoryGateway } from '../calls/call-directory.ts';

/** What came of a command at a gateway. `returned`: it may not have had its effect, send it again where the call is. */
export type LinkOutcome = Pick<OutcomeFrame, 'status' | 'code' | 'detail'>;

/** A command without the number the link gives it. */
export type LinkCommand = Omit<CommandFrame, 't' | 'n'>;

export interface GatewayLinkOptions {
  /** `ws://host:port` or `wss://…` of the gateway's internal port. */
  readonly url: string;
  readonly token: string;
  readonly adapterId: string;
  /** Most commands under way to the gateway; the gateway may grant fewer. */
  readonly commandWindow: number;
  readonly pingIntervalMs: number;
  readonly handlers: {
    /** The gateway has told all its calls. */
    readonly ready: (link: GatewayLink) => void;
    /** The link is down; it is dialled again until the owner stops it. `wasReady`: it had been up. */
    readonly lost: (link: GatewayLink, wasReady: boolean, why: LinkEnd) => void;
    readonly draining: (link: GatewayLink) => void;
    readonly opened: (link: GatewayLink, frame: OpenedFrame) => void;
    readonly closed: (link: GatewayLink, frame: ClosedFrame, memory: Buffer) => void;
    /** Call `taken(n)` when the event, and every one before it, is on the bus. */
    readonly event: (link: GatewayLink, frame: EventFrame, payload: Buffer) => void;
  };
}

/** The adapter's end of the link to one gateway; it outlives the connections it makes. */
export interface GatewayLink extends DirectoryGateway {
  readonly url: string;
  readonly isReady: boolean;
  /** Changes with every connection: what was promised on an older one is void. */
  readonly connection: number;
  /** Sends a command once the window has room; resolves with what came of it. Never rejects. */
  deliver(command: LinkCommand, payload: Uint8Array): Promise<LinkOutcome>;
  /** Tells the gateway that its events up to `n` are on the bus. */
  taken(n: number): void;
  readonly commandsUnderWay: number;
  /** How full the window of commands is, from 0 to 1. */
  readonly windowFill: number;
  /** Keeps the link up until `signal` aborts; then closes it. */
  run(signal: AbortSignal): Promise<void>;
}

/** Why a link is down: what went wrong, or the close code and reason when nothing did. */
export type LinkEnd = JambusError | { readonly code: number; readonly reason: string };

const RETURNED: LinkOutcome = { status: 'returned' };
const REDIAL = { firstMs: 100, maxMs: 5_000 };
const HANDSHAKE_TIMEOUT_MS = 5_000;
const NORMAL_CLOSURE = 1000;

export function createGatewayLink(options: GatewayLinkOptions): GatewayLink {
  const { handlers } = options;
  const underWay = new Map<number, (outcome: LinkOutcome) => void>();
  /** Callers waiting for room in the window, oldest first. */
  const waiting: (() => void)[] = [];
  let socket: FrameSocket | undefined;
  let gateway = '';
  let window = options.commandWindow;
  let ready = false;
  let connection = 0;
  let sent = 0;

  const letWaitersIn = (): void => {
    while (waiting.length > 0 && (!ready || underWay.size < window)) waiting.shift()?.();
  };

  const settle = (frame: OutcomeFrame): void => {
    const resolve = underWay.get(frame.n);
    if (resolve === undefined)
      throw new JambusError('link_refused', `an outcome for command ${frame.n}, which is not under way`);
    underWay.delete(frame.n);
    resolve(frame);
    letWaitersIn();
  };

  const onFrame = (frame: GatewayFrame, payload: Buffer): void => {
    switch (frame.t) {
      case 'event':
        handlers.event(link, frame, payload);
        break;
      case 'outcome':
        settle(frame);
        break;
      case 'opened':
        handlers.opened(link, frame);
        break;
      case 'closed':
        handlers.closed(link, frame, payload);
        break;
      case 'welcome':
        gateway = frame.gateway;
        window = Math.min(options.commandWindow, frame.commandWindow);
        break;
      case 'ready':
        ready = true;
        handlers.ready(link);
        letWaitersIn();
        break;
      case 'draining':
        handlers.draining(link);
        break;
    }
  };

  const down = (why: LinkEnd): void => {
    const wasReady = ready;
    ready = false;
    socket = undefined;
    const abandoned = [...underWay.values()];
    underWay.clear();
    // Known to be down before anybody hears of a returned command, or it would be sent here again.
    handlers.lost(link, wasReady, why);
    for (const resolve of abandoned) resolve(RETURNED);
    letWaitersIn();
  };

  /** Resolves when a connection that was made, or could not be, is over; true when it had been ready. */
  const connect = (signal: AbortSignal): Promise<boolean> =>
    new Promise((resolve) => {
      const ws = new WebSocket(new URL(LINK_PATH, options.url), LINK_SUBPROTOCOL, {
        headers: { authorization: `Bearer ${options.token}` },
        perMessageDeflate: false,
        maxPayload: LINK_MAX_MESSAGE_BYTES,
        handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
        // Masking protects proxies from scripts in browsers (RFC 6455 §10.3); here it would only cost time.
        generateMask: (mask) => mask.fill(0),
      });
      const stop = (): void => {
        if (socket === undefined) ws.terminate();
        else socket.close(NORMAL_CLOSURE, 'the adapter stops');
      };
      connection++;
      const frames = createFrameSocket(ws, {
        reader: gatewayFrames,
        onFrame,
        onClose(code, reason, error) {
          clearInterval(beat);
          signal.removeEventListener('abort', stop);
          const wasReady = ready;
          down(error ?? { code, reason });
          resolve(wasReady);
        },
      });
      const beat = setInterval(() => frames.beat(), options.pingIntervalMs);
      signal.addEventListener('abort', stop, { once: true });
      ws.once('open', () => {
        socket = frames;
        frames.send({ t: 'hello', adapter: options.adapterId });
      });
    });

  const link: GatewayLink = {
    url: options.url,
    get gateway() {
      return gateway;
    },
    get isReady() {
      return ready;
    },
    get connection() {
      return connection;
    },
    get commandsUnderWay() {
      return underWay.size;
    },
    get windowFill() {
      return underWay.size / window;
    },
    async deliver(command, payload) {
      while (ready && underWay.size >= window) await new Promise<void>((resolve) => waiting.push(resolve));
      if (!ready || socket === undefined) return RETURNED;
      const n = ++sent;
      const outcome = new Promise<LinkOutcome>((resolve) => underWay.set(n, resolve));
      socket.send({ t: 'command', n, ...command }, payload);
      return outcome;
    },
    taken(n) {
      socket?.send({ t: 'taken', n });
    },
    sendKnown(frame, memory) {
      socket?.send(frame, memory);
    },
    sendElsewhere(callSid) {
      socket?.send({ t: 'elsewhere', call: callSid });
    },
    async run(signal) {
      for (let failures = 1; !signal.aborted; failures++) {
        if (await connect(signal)) failures = 1;
        if (signal.aborted) break;
        // Rejects only when the signal aborts, which the loop looks at next.
        await sleep(backoffMs(failures, REDIAL), undefined, { signal }).catch(() => undefined);
      }
    },
  };
  return link;
}
