import { connect } from 'node:net';

/** What a NATS server says of itself to everybody who connects (NATS client protocol, INFO). */
export interface ServerInfo {
  readonly name: string;
  readonly version: string;
  readonly jetStream: boolean;
}

const ANSWER_MS = 2000;

/**
 * Connects, reads the first line and leaves.
 *
 * @throws Error when nobody answers there, or not as a NATS server does
 */
export function serverInfo(host: string, port: number): Promise<ServerInfo> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host);
    let received = '';
    const fail = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    socket.setEncoding('utf8');
    socket.setTimeout(ANSWER_MS, () => fail(new Error(`${host}:${port} says nothing`)));
    socket.once('error', fail);
    socket.once('close', () => fail(new Error(`${host}:${port} closed the connection`)));
    socket.on('data', (chunk: string) => {
      received += chunk;
      const end = received.indexOf('\r\n');
      if (end === -1) return;
      const info = parseInfo(received.slice(0, end));
      if (info === undefined) return fail(new Error(`${host}:${port} is no NATS server`));
      resolve(info);
      socket.destroy();
    });
  });
}

function parseInfo(line: string): ServerInfo | undefined {
  if (!line.startsWith('INFO ')) return undefined;
  const info: unknown = JSON.parse(line.slice('INFO '.length));
  if (typeof info !== 'object' || info === null) return undefined;
  const { server_name: name, version, jetstream } = info as Readonly<Record<string, unknown>>;
  if (typeof version !== 'string') return undefined;
  return { name: typeof name === 'string' ? name : '', version, jetStream: jetstream === true };
}
