import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { reasonOf } from './reason-of.ts';

/**
 * Below what operating systems hand out to outgoing connections (32768 and up). A port from there could be taken while
 * its server is down; worse, a client that tries again and again to reach it may end up connected to itself.
 */
const RANGE = { from: 20_000, to: 32_000 };
const ATTEMPTS = 50;
const START_ATTEMPTS = 5;
/** In the words of servers, of Java, and of Docker. */
const PORT_TAKEN = /address already in use|port is already allocated/i;

/**
 * A port of 127.0.0.1 that nobody listens on now and that no other process gets from here while this one lives: a server
 * may not listen yet, and it may be down for a while.
 *
 * @throws Error when there is none
 */
export function freePort(range = RANGE): Promise<number> {
  return freePorts(1, range);
}

/**
 * So many ports that follow one another, free as that of `freePort`.
 *
 * @returns the first of them
 * @throws Error when there are none
 */
export async function freePorts(count: number, { from, to } = RANGE): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const first = randomInt(from, to - count + 1);
    const ports = Array.from({ length: count }, (_, index) => first + index);
    const ours = await Promise.all(ports.map(async (port) => (await reserve(port)) && (await isFree(port))));
    if (ours.every(Boolean)) return first;
  }
  throw new Error(`no ${count} free ports in a row on 127.0.0.1 from ${from} to ${to - 1}`);
}

/**
 * Test runs side by side each look for ports. A reservation is the UDP port of the same number: TCP servers do not notice
 * it, and the operating system gives it back when this process ends, however that happens.
 */
function reserve(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4').unref();
    socket.once('error', () => resolve(false));
    socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => resolve(true));
  });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/**
 * Starts something on a port of 127.0.0.1: the given one, or a free one. Somebody else may take a free port before what
 * is started does; then the next one is tried.
 *
 * @throws what `start` throws
 */
export async function onFreePort<Started>(
  given: number | undefined,
  start: (port: number) => Promise<Started>,
): Promise<Started> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(given ?? (await freePort()));
    } catch (error) {
      const taken = PORT_TAKEN.test(reasonOf(error));
      if (!taken || given !== undefined || attempt === START_ATTEMPTS) throw error;
    }
  }
}
