import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

export interface LastAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Answers a connection that is not going to be a websocket, and cuts it when the operating system has the answer. A peer that
 * does not close its side would keep it open for ever otherwise.
 */
export function answerAndCut(connection: Duplex, { status, contentType, body, headers = {} }: LastAnswer): void {
  const lines = Object.entries({
    connection: 'close',
    'content-type': contentType,
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  connection.on('error', () => connection.destroy()); // The peer may be gone; there is nobody left to tell.
  connection.once('finish', () => connection.destroy());
  connection.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`);
  if (connection.writableFinished) connection.destroy();
}
