import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '@jambus/bus';
import {
  type AdapterFrame,
  type ClosedFrame,
  createFrameSocket,
  type EventFrame,
  type FrameSocket,
  type GatewayFrame,
  gatewayFrames,
  type KeptFrame,
  LINK_MAX_MESSAGE_BYTES,
  LINK_PATH,
  LINK_SUBPROTOCOL,
  LINK_SUBPROTOCOLS,
  type OpenedFrame,
} from '@jambus/link';
import { MIN_TLS_VERSION, type TlsFiles } from '@jambus/service';
import { WebSocket } from 'ws';
import { CommandSlots } from './command-slots.ts';
import type { LinkEnd } from './link-end.ts';
import { CommandsUnderWay, type LinkCommand, type LinkOutcome, RETURNED, type ReportedResult } from './under-way.ts';

export type { LinkEnd } from './link-end.ts';
export type { LinkCommand, LinkOutcome, ReportedResult } from './under-way.ts';

/** The reports of one gateway to this adapter, in their order. It outlives the connection they came by, if both ends do. */
export interface IncomingReports {
  /** How many have come. */
  received: number;
  /** How many of them are on the bus. */
  taken: number;
}

export interface GatewayLinkHandlers {
  /** The gateway has told all its calls. */
  readonly ready: (link: GatewayLink) => void;
  /** The link is down; it is dialled again until the owner stops it. `wasReady`: it had been up. */
  readonly lost: (link: GatewayLink, wasReady: boolean, why: LinkEnd) => void;
  readonly draining: (link: GatewayLink) => void;
  readonly opened: (link: GatewayLink, frame: OpenedFrame) => void;
  readonly closed: (link: GatewayLink, frame: ClosedFrame, memory: Buffer) => void;
  readonly recall: (link: GatewayLink, callSid: string) => void;
  /** The gateway keeps a call that another one has a websocket of. */
  readonly kept: (link: GatewayLink, frame: KeptFrame) => void;
  /** A message of jambonz for the gateway that has the call. */
  readonly relay: (callSid: string, payload: Buffer) => void;
  /** Call `confirm(reports, n)` when the report, and every one before it, is on the bus. */
  readonly report: (
    link: GatewayLink,
    frame: EventFrame | ReportedResult,
    payload: Buffer,
    reports: IncomingReports,
  ) => void;
  /** What these reports had that is not on the bus goes there by another way. */
  readonly superseded: (reports: IncomingReports) => void;
}

export interface GatewayLinkOptions {
  /** `ws://host:port` or `wss://…` of the gateway's internal port. */
  readonly url: string;
  /** The name that the gateway's certificate has to have; that in `url` when left out. */
  readonly serverName?: string | undefined;
  /** Undefined where gateways ask for none. */
  readonly token: string | undefined;
  /** The adapter's certificate, and whom it trusts, as they are at each dial. */
  readonly tls?: TlsFiles | undefined;
  readonly adapterId: string;
  /** Another one each time the adapter starts. */
  readonly boot: string;
  /** First part of the names on its bus, by which a gateway tells which calls are for it. */
  readonly prefix: string;
  /** Most commands under way to the gateway; the gateway may grant fewer. Those that wait for their call do not count. */
  readonly commandWindow: number;
  readonly pingIntervalMs: number;
  readonly handlers: GatewayLinkHandlers;
}

/** The adapter's end of the link to one gateway; it outlives the connections it makes. */
export interface GatewayLink {
  readonly url: string;
  /** The gateway's id, and its life; empty before the first connection. */
  readonly gateway: string;
  readonly boot: string;
  readonly isReady: boolean;
  /**
   * Sends a command once the window has room; resolves with what came of it. Never rejects.
   *
   * @param signal takes the command back; the promise still resolves with what the gateway says to that
   */
  deliver(command: LinkCommand, payload: Uint8Array, signal: AbortSignal): Promise<LinkOutcome>;
  /**
   * Sends a command that can go at once.
   *
   * @param done told what came of it, once and later; it must not throw
   * @returns false when the command has to be given to `deliver`: the link is not ready, or the window has no room
   */
  deliverNow(
    command: LinkCommand,
    payload: Uint8Array,
    signal: AbortSignal,
    done: (outcome: LinkOutcome) => void,
  ): boolean;
  /**
   * Notes that reports up to `n` are on the bus; the gateway is told at the end of the turn.
   *
   * @param result the last one, if it is a result: it settles its command when that came from here
   */
  confirm(reports: IncomingReports, n: number, result?: ReportedResult): void;
  /** Sends a frame that belongs to no command; without effect while the link is down. */
  send(frame: AdapterFrame, payload?: Uint8Array): void;
  /** Asks the gateway for no more reports. Resolves when it says that none comes any more, or the link goes down. */
  drain(): Promise<void>;
  readonly commandsUnderWay: number;
  /** The gateway takes commands of a call that come ahead of their turn, and keeps their order. */
  readonly keepsOrder: boolean;
  /** How full the window of commands is, from 0 to 1. */
  readonly windowFill: number;
  /** Keeps the link up until `signal` aborts; then closes it. */
  run(signal: AbortSignal): Promise<void>;
}

/** A gateway that is back waits for its adapters before it numbers the events of calls it did not know, so they are quick. */
const REDIAL = { firstMs: 50, maxMs: 500 };
const HANDSHAKE_TIMEOUT_MS = 5_000;
const NORMAL_CLOSURE = 1000;
const WINDOW_BYTES = 16 * 1024 * 1024;

export function createGatewayLink(options: GatewayLinkOptions): GatewayLink {
  const { handlers, token, serverName } = options;
  const slots = new CommandSlots(options.commandWindow, WINDOW_BYTES);
  const underWay = new CommandsUnderWay(slots, (n) => socket?.send({ t: 'withdraw', n }));
  let socket: FrameSocket | undefined;
  let gateway = '';
  let boot = '';
  let ready = false;
  let keepsOrder = false;
  let sent = 0;
  let reports: IncomingReports = { received: 0, taken: 0 };
  /** Results that are on the bus and settle commands of this connection, until the gateway is told. */
  const settledByResult: ReportedResult[] = [];
  /** What the gateway was told of `reports.taken`. */
  let told = 0;
  /** Number of the last `closed` of this life of the gateway. */
  let closings = 0;
  let onDrained = (): void => {};
  /** The gateway is asked for no more reports, on each connection. */
  let draining = false;
  /** The gateway has said on this connection where the reports go on, so their numbers mean the same to both. */
  let welcomed = false;

  const welcome = (frame: Extract<GatewayFrame, { t: 'welcome' }>): void => {
    if (!frame.resumed) {
      // A gateway that has started anew has nothing of its former life, so only what is here can get to the bus.
      if (frame.boot === boot) handlers.superseded(reports);
      reports = { received: 0, taken: 0 };
      told = 0;
    }
    if (frame.boot !== boot) closings = 0;
    ({ gateway, boot } = frame);
    welcomed = true;
    // What got to the bus since `hello` is told now.
    socket?.schedule();
    sent = 0;
    slots.reset(Math.min(options.commandWindow, frame.commandWindow), Math.min(WINDOW_BYTES, frame.commandWindowBytes));
  };

  const report = (frame: EventFrame | ReportedResult, payload: Buffer): void => {
    handlers.report(link, frame, payload, reports);
    // Not before: one that could not be taken has to come again.
    reports.received = frame.n;
  };

  const onFrame = (frame: GatewayFrame, payload: Buffer): void => {
    switch (frame.t) {
      case 'event':
      case 'result':
        report(frame, payload);
        break;
      case 'settled':
        report(underWay.resultBy(frame), payload);
        break;
      case 'delivered':
        for (const result of underWay.resultsBy(frame)) report(result, payload);
        break;
      case 'outcomes':
        underWay.settle(frame);
        break;
      case 'opened':
        handlers.opened(link, frame);
        break;
      case 'closed':
        closings = frame.closing;
        handlers.closed(link, frame, payload);
        break;
      case 'kept':
        handlers.kept(link, frame);
        break;
      case 'relay':
        handlers.relay(frame.call, payload);
        break;
      case 'recall':
        handlers.recall(link, frame.call);
        break;
      case 'welcome':
        welcome(frame);
        break;
      case 'ready':
        ready = true;
        if (draining) socket?.send({ t: 'draining' });
        handlers.ready(link);
        break;
      case 'drained':
        onDrained();
        break;
      case 'draining':
        handlers.draining(link);
        break;
    }
  };

  const down = (why: LinkEnd): void => {
    const wasReady = ready;
    ready = false;
    welcomed = false;
    socket = undefined;
    // Known to be down before anybody hears of a returned command, or it would be sent here again.
    handlers.lost(link, wasReady, why);
    underWay.abandon();
    settledByResult.length = 0;
    slots.refuseAll();
    onDrained();
  };

  const send = (
    command: LinkCommand,
    payload: Uint8Array,
    signal: AbortSignal,
    done: (outcome: LinkOutcome) => void,
  ): void => {
    const n = ++sent;
    socket?.send({ t: 'command', n, ...command }, payload);
    underWay.add(n, command, payload.length, signal, done);
  };

  /** Resolves when a connection that was made, or could not be, is over; true when it had been ready. */
  const connect = (signal: AbortSignal): Promise<boolean> =>
    new Promise((resolve) => {
      const ws = new WebSocket(new URL(LINK_PATH, options.url), [...LINK_SUBPROTOCOLS], {
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
        ...options.tls?.current,
        ...(serverName !== undefined && { servername: serverName }),
        minVersion: MIN_TLS_VERSION,
        // Also where NODE_TLS_REJECT_UNAUTHORIZED says otherwise.
        rejectUnauthorized: true,
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
      const frames = createFrameSocket(ws, {
        reader: gatewayFrames,
        onFrame,
        onFlush() {
          if (!welcomed || reports.taken === told) return;
          told = reports.taken;
          frames.send({ t: 'taken', n: told });
          // Behind that: the gateway gives their places in the window back when it reads it.
          for (const result of settledByResult.splice(0)) underWay.settleBy(result);
        },
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
        keepsOrder = ws.protocol === LINK_SUBPROTOCOL;
        const { adapterId: adapter, boot: ownBoot, prefix } = options;
        told = reports.taken;
        frames.send({ t: 'hello', adapter, boot: ownBoot, gatewayBoot: boot, ...reports, closings, prefix });
      });
    });

  const link: GatewayLink = {
    url: options.url,
    get gateway() {
      return gateway;
    },
    get boot() {
      return boot;
    },
    get isReady() {
      return ready;
    },
    get commandsUnderWay() {
      return underWay.size;
    },
    get keepsOrder() {
      return keepsOrder;
    },
    get windowFill() {
      return slots.fill;
    },
    deliver(command, payload, signal) {
      const sendNow = (): Promise<LinkOutcome> => new Promise((resolve) => send(command, payload, signal, resolve));
      if (!ready || signal.aborted) return Promise.resolve(RETURNED);
      if (slots.tryTake(payload.length)) return sendNow();
      return slots.wait(payload.length, signal).then((granted) => {
        if (!granted) return RETURNED;
        if (ready && !signal.aborted) return sendNow();
        if (ready) slots.release(payload.length);
        return RETURNED;
      });
    },
    deliverNow(command, payload, signal, done) {
      if (!ready || signal.aborted || !slots.tryTake(payload.length)) return false;
      send(command, payload, signal, done);
      return true;
    },
    confirm(confirmed, n, result) {
      confirmed.taken = n;
      // Reports of a former connection that were superseded are confirmed to nobody.
      if (confirmed !== reports) return;
      if (result?.settles !== undefined) settledByResult.push(result);
      socket?.schedule();
    },
    send: (frame, payload) => socket?.send(frame, payload),
    drain() {
      draining = true;
      if (!ready) return Promise.resolve();
      return new Promise((resolve) => {
        onDrained = resolve;
        socket?.send({ t: 'draining' });
      });
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
