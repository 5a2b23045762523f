import { once } from 'node:events';
import { connect } from 'node:net';

/** A header of a message: its name and its value, as they go onto the wire. */
export type RawHeader = readonly [name: string, value: string];

/** One message as bytes that no client library has looked at. */
export interface RawMessage {
  readonly subject: string | Buffer;
  readonly payload: string | Buffer;
  readonly headers?: readonly RawHeader[];
}

/** Publishes what a client library would refuse to. */
export interface RawPublisher {
  /** Resolves when the server has read it all. @throws Error when the server ends the connection */
  publish(messages: readonly RawMessage[]): Promise<void>;
  close(): void;
}

const CRLF = Buffer.from('\r\n');

/** @param port of a server on the loopback interface */
export async function openRawPublisher(port: number): Promise<RawPublisher> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  let heard = '';
  let over = false;
  socket.on('data', (data: Buffer) => {
    heard = (heard + data.toString('latin1')).slice(-4_096);
  });
  socket.once('close', () => {
    over = true;
  });
  await once(socket, 'connect');
  socket.write('CONNECT {"verbose":false,"pedantic":false,"headers":true}\r\n');

  const flushed = async (): Promise<void> => {
    heard = '';
    socket.write('PING\r\n');
    while (!heard.includes('PONG')) {
      if (over) throw new Error(`the server ended the connection: ${heard}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  };

  return {
    publish: async (messages) => {
      for (const message of messages) {
        if (!socket.write(bytesOf(message)) && !over)
          await Promise.race([once(socket, 'drain'), once(socket, 'close')]);
      }
      await flushed();
    },
    close: () => socket.destroy(),
  };
}

function bytesOf({ subject, payload, headers = [] }: RawMessage): Buffer {
  const body = Buffer.from(payload as string);
  const name = Buffer.from(subject as string);
  if (headers.length === 0) {
    return Buffer.concat([Buffer.from('PUB '), name, Buffer.from(` ${body.length}\r\n`), body, CRLF]);
  }
  const block = Buffer.from(`NATS/1.0\r\n${headers.map(([key, value]) => `${key}: ${value}\r\n`).join('')}\r\n`);
  const sizes = Buffer.from(` ${block.length} ${block.length + body.length}\r\n`);
  return Buffer.concat([Buffer.from('HPUB '), name, sizes, block, body, CRLF]);
}
