import type { Duplex } from 'node:stream';
import { type JambonzMessage, MAX_CALL_SID_LENGTH, parseJambonzMessage, sessionCallSid } from '@jambus/schema';
import { WebSocket } from 'ws';
import type { CallSocket } from '../calls/call-socket.ts';

/** Ways a peer on the jambonz port breaks the rules; labels of a metric. */
export const VIOLATIONS = [
  'first_message',
  'silence',
  'binary',
  'not_json',
  'second_session',
  'too_large',
  'bad_frame',
  'upgrade',
  'http',
] as const;
export type Violation = (typeof VIOLATIONS)[number];

/** What a socket needs of a call. */
export interface SocketCall {
  receive(socket: CallSocket, message: JambonzMessage, payload: Buffer): void;
  detach(socket: CallSocket, code: number): void;
}

export interface SocketHandlers {
  /** The first message says which call this is; undefined when it cannot be taken. */
  session(socket: CallSocket, callSid: string, message: JambonzMessage, payload: Buffer): SocketCall | undefined;
  violation(kind: Violation, detail: string): void;
  closed(): void;
}

/** One websocket of jambonz. */
export interface JambonzSocket extends CallSocket {
  /** Cuts the connection when nothing came since the last beat, else pings: jambonz sends no pings of its own. */
  beat(): void;
  /** Cuts off a peer that has not said which call it is for. @returns false when it could not: it is not read from */
  expireSilence(): boolean;
  /** Does not read the first message, or does so again; without effect once it has come. */
  holdFirst(hold: boolean): void;
}

/** Messages that may come first on a socket. */
const SESSION_TYPES: ReadonlySet<string> = new Set(['session:new', 'session:reconnect', 'session:adulting']);

const UNSUPPORTED_DATA = 1003;
const POLICY_VIOLATION = 1008;

/**
 * Takes over an upgraded websocket; its listeners are attached before this returns.
 *
 * @param stream the connection below it
 */
export function createJambonzSocket(ws: WebSocket, stream: Duplex, handlers: SocketHandlers): JambonzSocket {
  let call: SocketCall | undefined;
  let alive = true;
  let refused = false;
  /** Those who wait for the end of a buffered write, by its number, oldest first. */
  const buffered: { readonly n: number; readonly onEnd: (written: boolean) => void }[] = [];
  let sent = 0;
  let ended = 0;

  const refuse = (kind: Violation, code: number, detail: string): void => {
    refused = true;
    handlers.violation(kind, detail);
    ws.close(code, detail.slice(0, 120));
  };

  const first = (message: JambonzMessage, payload: Buffer): void => {
    const callSid = SESSION_TYPES.has(message.type) ? sessionCallSid(message) : undefined;
    if (callSid === undefined || callSid.length > MAX_CALL_SID_LENGTH) {
      refuse('first_message', POLICY_VIOLATION, `expected a session message with a call_sid, not ${message.type}`);
      return;
    }
    call = handlers.session(socket, callSid, message, payload);
    if (call === undefined) refused = true;
  };

  /** ws ends writes in their order. Of a connection that was cut it says that they succeeded. */
  const writeEnded = (error?: Error | null): void => {
    ended++;
    if (buffered[0]?.n === ended) buffered.shift()?.onEnd(!error && !stream.destroyed);
  };

  ws.on('error', (error: Error & { code?: string }) => {
    // ws itself answers a protocol error with the fitting close code; `close` follows.
    if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') handlers.violation('too_large', error.message);
    else if (error.code?.startsWith('WS_ERR_') === true) handlers.violation('bad_frame', error.message);
  });
  ws.on('close', (code) => {
    for (const { onEnd } of buffered.splice(0)) onEnd(false);
    call?.detach(socket, code);
    handlers.closed();
  });
  ws.on('pong', () => {
    alive = true;
  });
  ws.on('message', (data, isBinary) => {
    alive = true;
    if (refused) return;
    const payload = data as Buffer;
    if (isBinary) {
      if (call === undefined) refuse('binary', UNSUPPORTED_DATA, 'expected a session message, not binary data');
      else handlers.violation('binary', `${payload.length} bytes of binary data`);
      return;
    }
    const parsed = parseJambonzMessage(payload);
    if (!parsed.ok) {
      if (call === undefined) refuse('first_message', POLICY_VIOLATION, `expected a session message: ${parsed.reason}`);
      else handlers.violation('not_json', parsed.reason);
      return;
    }
    const { message } = parsed;
    if (call === undefined) first(message, payload);
    else if (message.type === 'session:new') handlers.violation('second_session', 'session:new on a socket in use');
    else call.receive(socket, message, payload);
  });

  const socket: JambonzSocket = {
    get isOpen() {
      return ws.readyState === WebSocket.OPEN;
    },
    get bufferedBytes() {
      return ws.bufferedAmount;
    },
    send(message, onEnd) {
      if (ws.readyState !== WebSocket.OPEN) return 'closed';
      const n = ++sent;
      ws.send(message, { binary: false }, writeEnded);
      // A connection that the peer has reset fails at once, and says so in its events only later.
      if (stream.errored || stream.destroyed) return 'closed';
      // The operating system takes what fits in the socket's buffer within the call.
      if (ws.bufferedAmount === 0) return 'written';
      buffered.push({ n, onEnd });
      return 'buffered';
    },
    close(code, reason) {
      ws.close(code, reason);
    },
    terminate() {
      ws.terminate();
    },
    pause() {
      ws.pause();
    },
    resume() {
      ws.resume();
    },
    beat() {
      if (ws.readyState !== WebSocket.OPEN) return;
      // While we do not read we cannot hear the pong either.
      if (!alive && !ws.isPaused) {
        ws.terminate();
        return;
      }
      alive = false;
      ws.ping(() => {});
    },
    holdFirst(hold) {
      if (call !== undefined) return;
      if (hold) ws.pause();
      else ws.resume();
    },
    expireSilence() {
      if (call !== undefined || refused || ws.readyState !== WebSocket.OPEN) return true;
      if (ws.isPaused) return false;
      refuse('silence', POLICY_VIOLATION, 'expected a session message, heard nothing');
      return true;
    },
  };
  return socket;
}
