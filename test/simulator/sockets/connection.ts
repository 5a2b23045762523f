import { type ClientOptions, WebSocket } from 'ws';
import type { RetryPolicy } from '../wire/address.ts';
import type { ConnectionListener, ConnectionSettings } from './connection-settings.ts';

const SUBPROTOCOL = 'ws.jambonz.org';
const FIRST_BACKOFF_MS = 500;
const NORMAL_CLOSURE = 1000;
const TCP_FAULTS: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'ETIMEDOUT']);
/** How long the far end of a socket we closed has to close it too. */
const CLOSE_LIMIT_MS = 5000;

interface DialFault {
  readonly policy: RetryPolicy | undefined;
  readonly reason: string;
}

/**
 * One websocket of a call, over all its reconnects, with the rules of jambonz feature-server 0.9.8: which first connects
 * are repeated, when it comes back after a drop (0.5, 1, 2, 4 s and on, never reset), how often (five connects per call by
 * itself, refused TCP not counted), and that close code 1000 ends it.
 */
export class Connection {
  readonly #settings: ConnectionSettings;
  readonly #listener: ConnectionListener;
  #socket: WebSocket | undefined;
  #dialling: WebSocket | undefined;
  /** Refused upgrades whose TCP connection nobody closed; ws gives up on them at the handshake timeout. */
  readonly #refused = new Set<WebSocket>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #backoffMs = FIRST_BACKOFF_MS;
  #firstFault: DialFault | undefined;
  #firstAttempts = 0;
  #connects = 0;
  #opened = false;
  #deaf: WebSocket | undefined;
  /** No new socket is opened any more. */
  #over = false;
  /** It comes back by itself after a drop; otherwise only when there is something to say. */
  #automatic = true;
  /** The drop that is under way is our own doing, whatever its close code. */
  #dropping = false;
  #closing: { readonly done: () => void } | undefined;

  constructor(settings: ConnectionSettings, listener: ConnectionListener) {
    this.#settings = settings;
    this.#listener = listener;
  }

  /** Connects after the first one; an HTTP refusal counts as one too. */
  get reconnects(): number {
    return Math.max(0, this.#connects - 1);
  }

  get connected(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** Connects now, because there is something to say: for the first time, instead of later, or when the automatic reconnects are used up. */
  wake(): void {
    if (this.#over || this.#socket || this.#dialling) return;
    // A first connect that is repeated keeps its pace.
    if (!this.#opened && this.#firstAttempts > 0) return;
    clearTimeout(this.#timer);
    this.#dial();
  }

  /** From now on it comes back after a drop only when woken. */
  retire(): void {
    this.#automatic = false;
    clearTimeout(this.#timer);
  }

  /** Writes to the open socket; false when there is none. */
  send(data: string | Buffer): boolean {
    if (!this.#socket || this.#socket.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(data, { binary: typeof data !== 'string' });
    return true;
  }

  /** Misbehaves: cuts TCP, or closes with a code; then goes on as after any drop. */
  drop(code?: number): void {
    if (!this.#socket) return;
    this.#dropping = true;
    if (code === undefined) this.#socket.terminate();
    else this.#socket.close(code);
  }

  /** Misbehaves: leaves what the server sends in the TCP buffers, until told otherwise. */
  setReading(reading: boolean): void {
    if (reading) this.#socket?.resume();
    else this.#socket?.pause();
  }

  /** Misbehaves: what the server sends on the present socket is lost on the way. */
  deafen(): void {
    this.#deaf = this.#socket;
  }

  /** Closes for good. Resolves when the socket is gone; nothing is told to the listener any more, except a crash. */
  close(code: number): Promise<void> {
    this.#over = true;
    clearTimeout(this.#timer);
    this.#dialling?.terminate();
    for (const socket of this.#refused) socket.terminate();
    const socket = this.#socket;
    if (!socket || socket.readyState === WebSocket.CLOSED) return Promise.resolve();
    return new Promise((resolve) => {
      const limit = setTimeout(() => socket.terminate(), CLOSE_LIMIT_MS);
      this.#closing = {
        done: () => {
          clearTimeout(limit);
          resolve();
        },
      };
      socket.resume();
      socket.close(code);
    });
  }

  #dial(): void {
    const { address, handshakeTimeoutMs, maxPayload, compression } = this.#settings;
    const options: ClientOptions = {
      followRedirects: true,
      maxRedirects: 2,
      handshakeTimeout: handshakeTimeoutMs,
      maxPayload,
      perMessageDeflate: compression,
      ...(address.auth !== undefined && { auth: address.auth }),
    };
    const socket = new WebSocket(address.url, [SUBPROTOCOL], options);
    this.#dialling = socket;
    socket.on('error', (error) => this.#onError(socket, error));
    socket.once('close', (code) => this.#onClose(socket, code));
    socket.once('unexpected-response', (_request, response) => this.#onRefusal(socket, response.statusCode ?? 0));
    socket.once('open', () => this.#onOpen(socket));
    socket.on('message', (data, binary) => {
      // ws hands over one Buffer unless told to use another binaryType.
      if (!this.#over && socket !== this.#deaf && Buffer.isBuffer(data)) this.#listener.message(data, binary);
    });
  }

  #onOpen(socket: WebSocket): void {
    this.#dialling = undefined;
    this.#socket = socket;
    this.#connects += 1;
    const first = !this.#opened;
    this.#opened = true;
    this.#listener.opened(first);
  }

  #onError(socket: WebSocket, error: Error): void {
    if (socket === this.#socket) {
      if (this.#closing) this.#listener.crashed(error);
    } else if (!this.#opened) {
      this.#firstFault ??= { policy: policyOf(error), reason: error.message };
    }
  }

  #onRefusal(socket: WebSocket, status: number): void {
    if (!this.#opened) {
      const policy = status >= 500 ? '5xx' : status >= 400 ? '4xx' : undefined;
      this.#firstFault = { policy, reason: `the server answered the upgrade with ${status}` };
      socket.terminate();
      return;
    }
    // jambonz counts the refusal as a connect and leaves the socket to itself. When the server closes TCP nothing follows, and
    // that ends the automatic reconnects; when it keeps it open, the handshake times out and the next reconnect is due.
    this.#connects += 1;
    this.#dialling = undefined;
    this.#refused.add(socket);
    this.#listener.refused(status);
  }

  #onClose(socket: WebSocket, code: number): void {
    this.#refused.delete(socket);
    if (socket === this.#dialling) this.#dialling = undefined;
    const wasLive = socket === this.#socket;
    if (wasLive) this.#socket = undefined;
    if (this.#over) {
      if (wasLive) this.#closing?.done();
      return;
    }
    if (!this.#opened) {
      this.#firstConnectFailed();
      return;
    }
    if (wasLive) this.#onDrop(code);
    else this.#reconnectLater();
  }

  #onDrop(code: number): void {
    const own = this.#dropping;
    this.#dropping = false;
    if (code === NORMAL_CLOSURE && !own) {
      this.#over = true;
      this.#listener.givenUp();
      return;
    }
    this.#listener.dropped(code);
    this.#reconnectLater();
  }

  #firstConnectFailed(): void {
    const fault = this.#firstFault ?? { policy: undefined, reason: 'the server closed the connection' };
    this.#firstFault = undefined;
    this.#firstAttempts += 1;
    const { policies, retries } = this.#settings.address;
    const worthRetrying = policies.has('all') || (fault.policy !== undefined && policies.has(fault.policy));
    if (worthRetrying && this.#firstAttempts <= retries) this.#dialLater();
    else {
      this.#firstAttempts = 0;
      this.#listener.failed(fault.reason);
    }
  }

  #reconnectLater(): void {
    // `retries` bounds all connects that a call makes by itself, its first one included.
    if (
      !this.#automatic ||
      this.#over ||
      this.#socket ||
      this.#dialling ||
      this.#connects >= this.#settings.address.retries
    )
      return;
    this.#dialLater();
  }

  #dialLater(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#dialUnlessBusy(), this.#backoffMs / this.#settings.speed);
    this.#backoffMs = this.#backoffMs < 2000 ? this.#backoffMs * 2 : this.#backoffMs + 2000;
  }

  #dialUnlessBusy(): void {
    if (!this.#over && !this.#socket && !this.#dialling) this.#dial();
  }
}

function policyOf(error: Error): RetryPolicy | undefined {
  if ('code' in error && typeof error.code === 'string' && TCP_FAULTS.has(error.code)) return 'ct';
  return error.message.includes('handshake has timed out') ? 'rt' : undefined;
}
