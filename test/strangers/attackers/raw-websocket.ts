import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

/** Where an attacker attacks, and as whom. */
export interface AttackTarget {
  readonly port: number;
  readonly path: string;
  /** `user:password` that it knows; left out: none. */
  readonly credentials?: string;
  /** The address that it comes from. */
  readonly localAddress: string;
}

/** A TCP connection to the target, whose errors bother nobody. */
export function dial({ port, localAddress }: AttackTarget): Socket {
  const socket = connect({ port, host: '127.0.0.1', localAddress, allowHalfOpen: true });
  socket.on('error', () => socket.destroy());
  return socket;
}

/** The request with which jambonz asks for its websocket. */
export function upgradeRequest({ path, credentials }: Pick<AttackTarget, 'path' | 'credentials'>, more = ''): string {
  const authorization =
    credentials === undefined ? '' : `authorization: Basic ${Buffer.from(credentials).toString('base64')}\r\n`;
  return (
    `GET ${path} HTTP/1.1\r\nhost: target\r\nconnection: Upgrade\r\nupgrade: websocket\r\n${authorization}${more}` +
    `sec-websocket-version: 13\r\nsec-websocket-key: ${randomBytes(16).toString('base64')}\r\n` +
    'sec-websocket-protocol: ws.jambonz.org\r\n\r\n'
  );
}

/** A websocket without a library, which keeps no rule. Undefined when the target does not let it in. */
export function openRawWebsocket(target: AttackTarget): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = dial(target);
    socket.write(upgradeRequest(target));
    let head = '';
    const read = (data: Buffer): void => {
      head += data.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      socket.off('data', read);
      if (head.startsWith('HTTP/1.1 101 ')) {
        resolve(socket);
        return;
      }
      socket.destroy();
      resolve(undefined);
    };
    socket.on('data', read);
    socket.once('close', () => resolve(undefined));
    socket.once('end', () => resolve(undefined));
  });
}

const FIN_TEXT = 0x81;
const MASKED = 0x80;

/** A text frame as a client sends it, with a mask of zeros. */
export function textFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const { length } = payload;
  const size =
    length < 126
      ? Buffer.from([MASKED | length])
      : length < 65_536
        ? Buffer.from([MASKED | 126, length >> 8, length & 0xff])
        : Buffer.concat([Buffer.from([MASKED | 127, 0, 0, 0, 0]), uint32(length)]);
  return Buffer.concat([Buffer.from([FIN_TEXT]), size, Buffer.alloc(4), payload]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** As many copies of a frame as make a chunk of this size. */
export function chunkOf(frame: Buffer, bytes = 65_536): Buffer {
  return Buffer.concat(Array.from({ length: Math.max(1, Math.floor(bytes / frame.length)) }, () => frame));
}

/** Writes the chunk again and again, as fast as the target takes it, until the connection is gone. */
export function flood(socket: Socket, chunk: Buffer, written: (bytes: number) => void): Promise<void> {
  return new Promise((resolve) => {
    const write = (): void => {
      while (!socket.destroyed) {
        written(chunk.length);
        if (!socket.write(chunk)) return;
      }
    };
    socket.on('drain', write);
    socket.once('close', () => resolve());
    write();
  });
}

/** The first message of a call. */
export function sessionNew(callSid: string, account = 'attacker'): Buffer {
  const data = { call_sid: callSid, account_sid: account, direction: 'inbound', call_status: 'trying' };
  return textFrame(JSON.stringify({ type: 'session:new', msgid: `new-${callSid}`, call_sid: callSid, data }));
}
