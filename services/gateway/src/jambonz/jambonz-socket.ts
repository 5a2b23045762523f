import type { Duplex } from 'node:stream';
import { closeReason } from '@jambus/link';
import { isMessageType, isMsgid, MAX_MSGID_BYTES, parseJambonzMessage } from '@jambus/schema';
import { WebSocket } from 'ws';
import type { CallSocket } from '../calls/call-socket.ts';
import type { SocketBinding } from '../calls/socket-binding.ts';
import { MOST_FRAMED_BYTES, textFrame } from './text-frame.ts';

/** Ways a peer on the jambonz port breaks the rules; labels of a metric. */
export const VIOLATIONS = [
  'first_message',
  'silence',
  'binary',
  'not_json',
  'bad_type',
  'bad_msgid',
  'too_large',
  'bad_frame',
  'too_many',
  'unread',
  'upgrade',
  'origin',
  'http',
  'late',
] as const;
export type Violation = (typeof VIOLATIONS)[number];

export interface SocketHandlers {
  /** Told of the socket once, before anything comes from it. */
  opened(socket: CallSocket): SocketBinding;
  /** The peer is one of jambonz. */
  heard(): void;
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

const UNSUPPORTED_DATA = 1003;
const POLICY_VIOLATION = 1008;
/** So often one websocket may break the rules; then it is closed. jambonz does not break them. */
const MOST_VIOLATIONS = 64;
/** A websocket that is being closed may have so many messages under way; then it is cut. */
const MOST_AFTER_CLOSE = 256;
/** With so much that the peer has not read, it is not read from either, bytes. It would go on making us answer. */
const MOST_UNREAD_BYTES = 256 * 1024;

/**
 * Takes over an upgraded websocket; its listeners are attached before this returns.
 *
 * @param stream the connection below it
 */
export function createJambonzSocket(ws: WebSocket, stream: Duplex, handlers: SocketHandlers): JambonzSocket {
  let alive = true;
  let refused = false;
  /** Messages that came after it was refused. */
  let afterClose = 0;
  let violations = 0;
  /** The call it belongs to does not want it to be read from. */
  let isHeld = false;
  /** The peer does not read what it is sent; `long` when that was so at the last beat, too. */
  let clog: 'none' | 'fresh' | 'long' = 'none';
  /** Those who wait for the end of a buffered write, by its number, oldest first. */
  const buffered: { readonly n: number; readonly onEnd: (written: boolean) => void }[] = [];
  let sent = 0;
  let ended = 0;
  /** Without an extension ws keeps nothing back: its frames are with the connection, in their order, when it returns. */
  const isPlain = ws.extensions === '';
  /** Those who want to know whether the peer is still there. */
  const probes: { answered: boolean; readonly onEnd: (gone: boolean) => void }[] = [];

  const refuse = (kind: Violation, code: number, detail: string): void => {
    refused = true;
    handlers.violation(kind, detail);
    ws.close(code, closeReason(detail));
  };

  /** The peer has broken a rule, and may go on if it does not do so again and again. */
  const violate = (kind: Violation, detail: string): void => {
    handlers.violation(kind, detail);
    violations++;
    if (violations === MOST_VIOLATIONS) {
      refuse('too_many', POLICY_VIOLATION, `${MOST_VIOLATIONS} messages that break the rules, the last one: ${detail}`);
    }
  };

  const readOrNot = (): void => {
    if (isHeld || clog !== 'none') ws.pause();
    else ws.resume();
  };

  /** Stops reading from a peer that has too much unread, until it has read all of it. */
  const noteUnread = (): void => {
    if (clog !== 'none' || ws.bufferedAmount < MOST_UNREAD_BYTES) return;
    clog = 'fresh';
    readOrNot();
    stream.once('drain', () => {
      clog = 'none';
      readOrNot();
    });
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
    binding.closed(code);
    for (const { onEnd } of probes.splice(0)) onEnd(true);
    handlers.closed();
  });
  ws.on('pong', () => {
    alive = true;
    for (const probe of probes) probe.answered = true;
  });
  ws.on('ping', noteUnread);
  ws.on('message', (data, isBinary) => {
    alive = true;
    if (refused) {
      afterClose++;
      if (afterClose > MOST_AFTER_CLOSE) ws.terminate();
      return;
    }
    hear(data as Buffer, isBinary);
    noteUnread();
  });

  const hear = (payload: Buffer, isBinary: boolean): void => {
    if (isBinary) {
      if (!binding.isSettled) refuse('binary', UNSUPPORTED_DATA, 'expected a session message, not binary data');
      else violate('binary', `${payload.length} bytes of binary data`);
      return;
    }
    const parsed = parseJambonzMessage(payload);
    if (!parsed.ok) {
      if (!binding.isSettled)
        refuse('first_message', POLICY_VIOLATION, `expected a message of a call: ${parsed.reason}`);
      else violate('not_json', parsed.reason);
      return;
    }
    const { message } = parsed;
    if (!isMessageType(message.type)) {
      // It would become part of names on the bus.
      violate('bad_type', `a type of ${message.type.length} characters, or with characters that no name has`);
      return;
    }
    if (message.msgid !== undefined && !isMsgid(message.msgid)) {
      // It is kept with the question, and comes back in the answer.
      const what = `a msgid of ${Buffer.byteLength(message.msgid)} bytes, the most are ${MAX_MSGID_BYTES}`;
      if (!binding.isSettled) refuse('bad_msgid', POLICY_VIOLATION, what);
      else violate('bad_msgid', what);
      return;
    }
    const received = binding.receive(message, payload);
    if (received.kind === 'refused') refuse('first_message', POLICY_VIOLATION, received.reason);
    else handlers.heard();
  };

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
      // Header and message in one piece cost the operating system and Node less than the two pieces of ws.
      if (isPlain && message.length <= MOST_FRAMED_BYTES) stream.write(textFrame(message), writeEnded);
      else ws.send(message, { binary: false }, writeEnded);
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
      isHeld = true;
      readOrNot();
    },
    resume() {
      isHeld = false;
      readOrNot();
    },
    beat() {
      if (ws.readyState !== WebSocket.OPEN) return;
      if (clog === 'long') {
        handlers.violation('unread', `${ws.bufferedAmount} bytes that the peer has not read for a ping and more`);
        ws.terminate();
        return;
      }
      if (clog === 'fresh') {
        clog = 'long';
        return;
      }
      // While we do not read we cannot hear the pong either.
      if (!alive && !ws.isPaused) {
        ws.terminate();
        return;
      }
      alive = false;
      ws.ping(() => {});
    },
    probe(withinMs, onEnd) {
      const isOpen = ws.readyState === WebSocket.OPEN;
      // What the peer said before its connection ended is read first: a frame in a turn, then the end is told.
      const hasMore = ws.readyState === WebSocket.CLOSING && stream.destroyed;
      if (!isOpen && !hasMore) {
        onEnd(true);
        return;
      }
      const probe = { answered: false, onEnd };
      probes.push(probe);
      if (isOpen) ws.ping(() => {});
      setTimeout(() => {
        const at = probes.indexOf(probe);
        if (at === -1) return;
        probes.splice(at, 1);
        onEnd(!probe.answered);
      }, withinMs);
    },
    holdFirst(hold) {
      if (binding.isSettled) return;
      isHeld = hold;
      readOrNot();
    },
    expireSilence() {
      if (binding.isSettled || refused || ws.readyState !== WebSocket.OPEN) return true;
      if (ws.isPaused) return false;
      refuse('silence', POLICY_VIOLATION, 'expected a session message, heard nothing');
      return true;
    },
  };
  const binding = handlers.opened(socket);
  return socket;
}
