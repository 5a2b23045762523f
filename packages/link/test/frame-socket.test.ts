import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { JambusError } from '@jambus/schema';
import { WebSocket, WebSocketServer } from 'ws';
import {
  type AdapterFrame,
  adapterFrames,
  createFrameSocket,
  FrameBatch,
  type FrameSocket,
  gatewayFrames,
  type HelloFrame,
} from '../src/index.ts';

interface End {
  readonly code: number;
  readonly error: JambusError | undefined;
}

const hello = (adapter: string): HelloFrame => ({
  t: 'hello',
  adapter,
  boot: 'boot',
  gatewayBoot: '',
  received: 0,
  taken: 0,
  closings: 0,
});

describe('frame socket', () => {
  let server: WebSocketServer;
  let near: FrameSocket;
  let peer: WebSocket;
  let frames: [AdapterFrame, string][];
  let messages: number;
  let ended: Promise<End>;
  let onFrame: (frame: AdapterFrame) => void;
  let onFlush: () => void;

  /** A frame socket on the server's side, and the raw websocket that talks to it. */
  beforeEach(async () => {
    server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    frames = [];
    messages = 0;
    onFrame = () => {};
    onFlush = () => {};
    const connected = once(server, 'connection');
    peer = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    peer.on('error', () => {});
    peer.on('message', () => messages++);
    const [socket] = (await connected) as [WebSocket];
    ended = new Promise((resolve) => {
      near = createFrameSocket(socket, {
        reader: adapterFrames,
        onFrame(frame, payload) {
          frames.push([frame, payload.toString()]);
          onFrame(frame);
        },
        onFlush: () => onFlush(),
        onClose: (code, _reason, error) => resolve({ code, error }),
      });
    });
    if (peer.readyState !== WebSocket.OPEN) await once(peer, 'open');
  });

  afterEach(async () => {
    peer.terminate();
    await ended;
    server.close();
    await once(server, 'close');
  });

  const sendFrames = (...ids: string[]): void => {
    const batch = new FrameBatch();
    for (const adapter of ids) batch.add(hello(adapter), Buffer.from(adapter));
    peer.send(batch.take());
  };

  test('what one turn of the event loop sends leaves as one message, in order', async () => {
    for (let n = 1; n <= 5; n++) near.send({ t: 'outcomes', settled: [n] });
    const [message] = (await once(peer, 'message')) as [Buffer];
    const numbers: unknown[] = [];
    gatewayFrames.read(message, (frame) => numbers.push('settled' in frame && frame.settled));
    expect([numbers, messages]).toEqual([[[1], [2], [3], [4], [5]], 1]);
  });

  test('what sums a turn up leaves at its end, behind the frames of the turn, in the same message', async () => {
    onFlush = () => near.send({ t: 'outcomes', settled: [1, 2] });
    near.send({ t: 'ready' });
    near.schedule();
    const [message] = (await once(peer, 'message')) as [Buffer];
    const kinds: string[] = [];
    gatewayFrames.read(message, ({ t }) => kinds.push(t));
    expect([kinds, messages]).toEqual([['ready', 'outcomes'], 1]);
  });

  test('what sums a turn up leaves although nothing else does', async () => {
    onFlush = () => near.send({ t: 'outcomes', held: [1] });
    near.schedule();
    const [message] = (await once(peer, 'message')) as [Buffer];
    const frames: unknown[] = [];
    gatewayFrames.read(message, (frame) => frames.push(frame));
    expect(frames).toEqual([{ t: 'outcomes', held: [1] }]);
  });

  test('hands out checked frames with their payload', async () => {
    sendFrames('a', 'b');
    while (frames.length < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(frames).toEqual([
      [hello('a'), 'a'],
      [hello('b'), 'b'],
    ]);
  });

  test.each([
    ['bytes that are no frames', Buffer.from('not frames')],
    ['text', 'hello'],
  ])('%s end the link with 1008 and the reason', async (_what, message) => {
    peer.send(message);
    const { error } = await ended;
    expect(error?.code).toBe('bad_message');
    expect(frames).toEqual([]);
  });

  test('a handler that throws ends the link, and nothing is handed out after it', async () => {
    onFrame = () => {
      throw new Error('defect');
    };
    sendFrames('a');
    sendFrames('b');
    const { error } = await ended;
    expect([error?.message, frames.length]).toEqual(['defect', 1]);
  });

  test('a peer that answers pings lives, one that has gone silent is cut', async () => {
    near.beat();
    await once(peer, 'ping');
    await new Promise((resolve) => setTimeout(resolve, 20));
    near.beat();
    expect(near.isOpen).toBe(true);
    peer.pause();
    near.beat();
    near.beat();
    const { error } = await ended;
    expect(error?.message).toMatch(/silent/);
  });

  test('a frame sent after the end is dropped without a fuss', async () => {
    peer.close();
    await ended;
    near.send({ t: 'taken', n: 1 });
    expect([near.isOpen, near.bufferedBytes]).toEqual([false, 0]);
  });
});
