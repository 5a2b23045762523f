import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import {
  type AdapterFrame,
  adapterFrames,
  FrameBatch,
  type GatewayFrame,
  type HelloFrame,
  LINK_SUBPROTOCOL,
} from '@jambus/link';
import { type WebSocket, WebSocketServer } from 'ws';

type Sent = GatewayFrame | readonly [GatewayFrame, Uint8Array];

/** The gateway's end of one connection, as the test plays it. */
export interface GatewayEnd {
  readonly hello: HelloFrame;
  /** What came behind `hello`. */
  readonly frames: AdapterFrame[];
  /** With which the first header of each message begins: `{` where it is JSON. */
  readonly headers: readonly string[];
  /** As one message. */
  send(...frames: Sent[]): void;
  /** `welcome` and, unless the test wants to tell calls first, `ready`. */
  welcome(more?: Partial<Welcome>, ...calls: Sent[]): void;
  /** Cuts the connection. */
  cut(): void;
  /** Resolves with the code with which the connection was closed. */
  readonly closed: Promise<number>;
}

type Welcome = Extract<GatewayFrame, { t: 'welcome' }>;

/** A server at which an adapter's link finds a gateway that does what the test says, frame by frame. */
export interface FakeGateway {
  readonly url: string;
  readonly connections: GatewayEnd[];
  /** Resolves with the connection number `index`, from 0, once it has said hello. */
  connection(index: number): Promise<GatewayEnd>;
  close(): Promise<void>;
}

/**
 * @param refuseWith answers each dial with this status
 * @param subprotocol the one that it knows
 */
export async function startFakeGateway(refuseWith?: number, subprotocol = LINK_SUBPROTOCOL): Promise<FakeGateway> {
  const server = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    handleProtocols: (offered) => offered.has(subprotocol) && subprotocol,
    verifyClient: (_info, done) => done(refuseWith === undefined, refuseWith),
  });
  await once(server, 'listening');
  const connections: GatewayEnd[] = [];
  const waiting = new Map<number, (end: GatewayEnd) => void>();

  server.on('connection', (socket) => {
    const frames: AdapterFrame[] = [];
    const closed = new Promise<number>((resolve) => socket.on('close', (code) => resolve(code)));
    socket.on('error', () => {});
    const headers: string[] = [];
    socket.on('message', (data) => {
      headers.push((data as Buffer).toString('latin1', 8, 9));
      adapterFrames.read(data as Buffer, (frame) => {
        if (frame.t !== 'hello') {
          frames.push(frame);
          return;
        }
        const end = endOf(socket, frame, frames, closed, headers);
        connections.push(end);
        waiting.get(connections.length - 1)?.(end);
      });
    });
  });

  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections,
    connection(index) {
      const known = connections[index];
      if (known !== undefined) return Promise.resolve(known);
      return new Promise((resolve) => waiting.set(index, resolve));
    },
    /** Again is no fault. */
    async close() {
      if (server.address() === null) return;
      for (const client of server.clients) client.terminate();
      server.close();
      await once(server, 'close');
    },
  };
}

function endOf(
  socket: WebSocket,
  hello: HelloFrame,
  frames: AdapterFrame[],
  closed: Promise<number>,
  headers: string[],
): GatewayEnd {
  const end: GatewayEnd = {
    hello,
    frames,
    headers,
    closed,
    send(...sent) {
      const batch = new FrameBatch();
      for (const each of sent) {
        if ('t' in each) batch.add(each);
        else batch.add(...each);
      }
      socket.send(batch.take());
    },
    welcome(more = {}, ...calls) {
      const window = { commandWindow: 100, commandWindowBytes: 1_000_000 };
      end.send({ t: 'welcome', gateway: 'gw', boot: 'life-1', resumed: false, ...window, ...more }, ...calls, {
        t: 'ready',
      });
    },
    cut: () => socket.terminate(),
  };
  return end;
}
