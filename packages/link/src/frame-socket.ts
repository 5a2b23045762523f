import { JambusError } from '@jambus/schema';
import { WebSocket } from 'ws';
import { closeReason } from './close-reason.ts';
import { FrameBatch, type FrameReader } from './codec.ts';
import type { LinkFrame } from './frames.ts';
import { LINK_FLUSH_BYTES, LINK_SUBPROTOCOL } from './subprotocol.ts';

/** One end of a link: checked frames in, coalesced frames out. */
export interface FrameSocket {
  /**
   * Queues a frame; what one turn of the event loop queues leaves as one websocket message, in order.
   * On a closed link the frame is dropped: the owner of the link settles what was under way when `onClose` tells it.
   */
  send(frame: LinkFrame, payload?: Uint8Array): void;
  /** Has `onFlush` called at the end of this turn, although no frame is queued. */
  schedule(): void;
  readonly isOpen: boolean;
  /** Bytes queued here and in the operating system's way, not yet handed to it. */
  readonly bufferedBytes: number;
  /** Writes what is queued, then closes in an orderly way; cuts the connection when the peer does not answer. */
  close(code: number, reason: string): void;
  /** Cuts the connection. */
  terminate(): void;
  /** Cuts the connection when nothing came since the last beat, else pings. Call it at a fixed interval. */
  beat(): void;
}

export interface FrameSocketOptions<Frame extends LinkFrame> {
  readonly reader: FrameReader<Frame>;
  readonly onFrame: (frame: Frame, payload: Buffer) => void;
  /** Called before a message is written: frames that sum a turn up are sent from here. */
  readonly onFlush: () => void;
  /** Called once, whoever closed. `error` is what ended the link, when it was not an orderly close. */
  readonly onClose: (code: number, reason: string, error: JambusError | undefined) => void;
}

/** Close code for a peer that breaks the link's protocol (RFC 6455 §7.4.1: policy violation). */
const POLICY_VIOLATION = 1008;

/**
 * Makes a link end of an open websocket. Listeners are attached before this returns. A frame that does not decode, or a
 * handler that throws, closes the link with 1008 and reaches `onClose` as the error.
 */
export function createFrameSocket<Frame extends LinkFrame>(
  socket: WebSocket,
  options: FrameSocketOptions<Frame>,
): FrameSocket {
  const batch = new FrameBatch();
  const learnForm = (): void => {
    batch.compact = socket.protocol === LINK_SUBPROTOCOL;
  };
  if (socket.readyState === WebSocket.OPEN) learnForm();
  else socket.once('open', learnForm);
  let due: NodeJS.Immediate | undefined;
  let flushing = false;
  let alive = true;
  let error: JambusError | undefined;

  const flush = (): void => {
    if (due !== undefined) clearImmediate(due);
    due = undefined;
    flushing = true;
    options.onFlush();
    flushing = false;
    if (batch.bytes === 0) return;
    const message = batch.take();
    // A failed write is followed by `close`, which is where the owner learns of it.
    if (socket.readyState === WebSocket.OPEN) socket.send(message, { binary: true }, noop);
  };

  const fail = (cause: unknown): void => {
    error ??= JambusError.from(cause, 'link_refused');
    socket.close(POLICY_VIOLATION, closeReason(error.message));
  };

  socket.on('error', (cause) => {
    error ??= JambusError.from(cause, 'link_unavailable');
  });
  socket.on('close', (code, reason) => {
    if (due !== undefined) clearImmediate(due);
    due = undefined;
    options.onClose(code, reason.toString(), error);
  });
  socket.on('pong', () => {
    alive = true;
  });
  socket.on('message', (data, isBinary) => {
    alive = true;
    if (error !== undefined) return;
    try {
      if (!isBinary) throw new JambusError('bad_message', 'a link carries binary messages only');
      options.reader.read(data as Buffer, options.onFrame);
    } catch (cause) {
      fail(cause);
    }
  });

  return {
    send(frame, payload) {
      if (socket.readyState !== WebSocket.OPEN) return;
      batch.add(frame, payload);
      if (flushing) return;
      if (batch.bytes >= LINK_FLUSH_BYTES) flush();
      else due ??= setImmediate(flush);
    },
    schedule() {
      due ??= setImmediate(flush);
    },
    get isOpen() {
      return socket.readyState === WebSocket.OPEN;
    },
    get bufferedBytes() {
      return batch.bytes + socket.bufferedAmount;
    },
    close(code, reason) {
      flush();
      socket.close(code, reason);
    },
    terminate() {
      socket.terminate();
    },
    beat() {
      if (socket.readyState !== WebSocket.OPEN) return;
      if (!alive) {
        error ??= new JambusError('link_unavailable', 'the other end of the link has gone silent');
        socket.terminate();
        return;
      }
      alive = false;
      socket.ping(noop);
    },
  };
}

function noop(): void {
  // Failed writes surface as `close`.
}
