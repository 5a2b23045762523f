import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { sessionCallSid } from '@jambus/schema';
import { WebSocket, WebSocketServer } from 'ws';
import type { SocketBinding } from '../../src/calls/socket-binding.ts';
import { createJambonzSocket, type JambonzSocket } from '../../src/jambonz/jambonz-socket.ts';

/** A websocket of jambonz on a real connection, whose other end the test has in its hand. */
export interface SocketPair {
  readonly near: JambonzSocket;
  readonly ws: WebSocket;
  readonly stream: Duplex;
  readonly peer: WebSocket;
  /** The connection below the peer. */
  readonly peerConnection: Socket;
  /** Messages that have arrived at the peer. */
  readonly arrived: string[];
  /** What the call was told. */
  readonly log: string[];
}

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

/** @param perMessageDeflate both ends compress, which a gateway never agrees to */
export async function socketPair({ perMessageDeflate = false } = {}): Promise<SocketPair> {
  const http = createServer();
  const websockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate,
    allowSynchronousEvents: false,
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const log: string[] = [];
  const accepted = new Promise<Pick<SocketPair, 'near' | 'ws' | 'stream'>>((resolve) => {
    http.on('upgrade', (request, stream, head) => {
      stream.on('error', () => stream.destroy());
      websockets.handleUpgrade(request, stream, head, (ws) => {
        const near = createJambonzSocket(ws, stream, {
          opened: () => loggingBinding(log),
          heard() {},
          violation: (kind) => log.push(`violation ${kind}`),
          closed: () => log.push('closed'),
        });
        resolve({ near, ws, stream });
      });
    });
  });
  let peerConnection: Socket | undefined;
  const peer = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`, { perMessageDeflate });
  peer.on('upgrade', ({ socket }) => {
    peerConnection = socket;
  });
  peer.on('error', () => {});
  const arrived: string[] = [];
  peer.on('message', (data) => arrived.push(String(data)));
  await once(peer, 'open');
  const nearSide = await accepted;
  cleanUps.push(async () => {
    peer.terminate();
    nearSide.near.terminate();
    http.close();
    http.closeAllConnections();
    await once(http, 'close');
  });
  return { ...nearSide, peer, peerConnection: peerConnection as Socket, arrived, log };
}

/** What belongs to a call once it names one, and writes down what it is told. */
function loggingBinding(log: string[]): SocketBinding {
  let isSettled = false;
  return {
    get isSettled() {
      return isSettled;
    },
    receive(message) {
      const callSid = sessionCallSid(message);
      if (!isSettled && callSid === undefined) return { kind: 'refused', reason: 'it names no call' };
      log.push(isSettled ? message.type : `session ${callSid}`);
      isSettled = true;
      return { kind: 'taken' };
    },
    closed(code) {
      if (isSettled) log.push(`detach ${code}`);
    },
  };
}

/** Resolves when `holds` does. */
export async function until(holds: () => boolean): Promise<void> {
  for (const late = Date.now() + 10_000; !holds(); await sleep(5)) {
    if (Date.now() > late) throw new Error('it does not come');
  }
}
