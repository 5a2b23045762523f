import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { isJsonObject, type JsonObject } from '../wire/json.ts';

const WAIT_MS = 8000;

/** A list that can be waited on. */
class Inbox<T> {
  readonly items: T[] = [];
  readonly #waiting = new Set<() => void>();

  push(item: T): void {
    this.items.push(item);
    for (const check of this.#waiting) check();
  }

  /** The first item from `from` on that matches, now or within a few seconds. */
  find(matches: (item: T) => boolean, what: string, from = 0): Promise<T> {
    return new Promise((resolve, reject) => {
      const check = () => {
        const found = this.items.slice(from).find(matches);
        if (found === undefined) return;
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve(found);
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(check);
        reject(new Error(`${what} did not come`));
      }, WAIT_MS);
      this.#waiting.add(check);
      check();
    });
  }
}

/** The server's end of one websocket of a call. */
export class ServerSocket {
  readonly request: IncomingMessage;
  readonly socket: WebSocket;
  readonly #inbox = new Inbox<JsonObject>();
  readonly #closes = new Inbox<number>();

  constructor(socket: WebSocket, request: IncomingMessage) {
    this.socket = socket;
    this.request = request;
    socket.on('error', () => undefined);
    socket.on('close', (code) => this.#closes.push(code));
    socket.on('message', (data) => {
      const json: unknown = JSON.parse(String(data));
      if (isJsonObject(json)) this.#inbox.push(json);
    });
  }

  /** Tells of every message, past and future. */
  onMessage(tell: (message: JsonObject) => void): void {
    for (const message of this.messages) tell(message);
    this.socket.on('message', (data) => {
      const json: unknown = JSON.parse(String(data));
      if (isJsonObject(json)) tell(json);
    });
  }

  get messages(): readonly JsonObject[] {
    return this.#inbox.items;
  }

  /** The types of all messages so far, in order. */
  get types(): unknown[] {
    return this.messages.map(({ type }) => type);
  }

  message(type: string, matches: (message: JsonObject) => boolean = () => true): Promise<JsonObject> {
    return this.#inbox.find((message) => message['type'] === type && matches(message), type);
  }

  /** Waits for a `verb:status`, or `call:status`, that has these values in its data. */
  status(type: string, data: JsonObject): Promise<JsonObject> {
    return this.message(type, (message) => {
      const actual = message['data'];
      return isJsonObject(actual) && Object.entries(data).every(([key, value]) => actual[key] === value);
    });
  }

  /** The code the client closed with. */
  closed(): Promise<number> {
    return this.#closes.find(() => true, 'close');
  }

  send(message: unknown): void {
    this.socket.send(JSON.stringify(message));
  }

  ack({ msgid }: JsonObject, data?: unknown): void {
    this.send({ type: 'ack', msgid, data });
  }

  command(command: string, data: unknown, more: JsonObject = {}): void {
    this.send({ type: 'command', command, data, ...more });
  }
}

/** How a test wants upgrades to be answered; undefined: as websockets. */
export type UpgradeAnswer = (request: IncomingMessage, socket: Duplex, attempt: number) => boolean;

/** A bare websocket server, which does nothing by itself. */
export class RawServer {
  readonly #http: Server;
  readonly #sockets = new Inbox<ServerSocket>();
  readonly #tcp = new Set<Socket>();
  /** Upgrade requests so far. */
  upgrades = 0;
  /** Told of every websocket as it is opened. */
  onSocket: (socket: ServerSocket) => void = () => undefined;
  /** Gives true when it has answered the upgrade itself. */
  answerUpgrade: UpgradeAnswer = () => false;

  constructor(http: Server, wss: WebSocketServer) {
    this.#http = http;
    http.on('connection', (socket) => {
      this.#tcp.add(socket);
      socket.on('close', () => this.#tcp.delete(socket));
    });
    http.on('upgrade', (request, socket, head) => {
      socket.on('error', () => undefined);
      this.upgrades += 1;
      if (this.answerUpgrade(request, socket, this.upgrades)) return;
      wss.handleUpgrade(request, socket, head, (ws) => {
        const opened = new ServerSocket(ws, request);
        this.#sockets.push(opened);
        this.onSocket(opened);
      });
    });
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/app`;
  }

  get port(): number {
    const address = this.#http.address();
    return (address as AddressInfo).port;
  }

  get sockets(): readonly ServerSocket[] {
    return this.#sockets.items;
  }

  /** The n-th websocket that was opened, counted from 1. */
  socket(number = 1): Promise<ServerSocket> {
    return this.#sockets.find(() => true, `websocket ${number}`, number - 1);
  }

  async close(): Promise<void> {
    for (const socket of this.#tcp) socket.destroy();
    await new Promise((resolve) => this.#http.close(resolve));
  }

  /** Listens again on the port it had. */
  async reopen(port: number): Promise<void> {
    await listen(this.#http, port);
  }
}

function listen(http: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, '127.0.0.1', () => {
      http.off('error', reject);
      resolve();
    });
  });
}

const open = new Set<RawServer>();

/** @param subprotocol false for a server that agrees on none. */
export async function startRawServer({ subprotocol = true, maxPayload = 1_000_000 } = {}): Promise<RawServer> {
  const http = createServer();
  const wss = new WebSocketServer({
    noServer: true,
    maxPayload,
    handleProtocols: (offered) => (subprotocol ? ([...offered][0] ?? false) : false),
  });
  const server = new RawServer(http, wss);
  await listen(http, 0);
  open.add(server);
  return server;
}

/** Closes all servers of a test. */
export async function closeRawServers(): Promise<void> {
  await Promise.all([...open].map((server) => server.close()));
  open.clear();
}
