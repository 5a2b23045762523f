import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { reasonOf } from './reason-of.ts';

/**
 * Below what operating systems hand out to outgoing connections (32768 and up). A port from there could be taken while
 * its server is down; worse, a client that tries again and again to reach it may end up connected to itself.
 */
const LOWEST = 20_000;
const HIGHEST = 32_000;
const ATTEMPTS = 50;
const START_ATTEMPTS = 5;
/** In the words of servers, of Java, and of Docker. */
const PORT_TAKEN = /address already in use|port is already allocated/i;

/** One that was given out is about to be used, by somebody who may not listen yet. */
const givenOut = new Set<number>();

/**
 * A port of 127.0.0.1 that nobody listens on now and that stays free while its server is being restarted.
 *
 * @throws Error when there is none
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = randomInt(LOWEST, HIGHEST);
    if (givenOut.has(port) || !(await isFree(port))) continue;
    givenOut.add(port);
    return port;
  }
  throw new Error(`no free port of 127.0.0.1 between ${LOWEST} and ${HIGHEST}`);
}

/**
 * So many ports that follow one another, free as that of `freePort`.
 *
 * @returns the first of them
 * @throws Error when there are none
 */
export async function freePorts(count: number): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const first = await freePort();
    const others = Array.from({ length: count - 1 }, (_, index) => first + 1 + index);
    const free = await Promise.all(others.map(async (port) => !givenOut.has(port) && (await isFree(port))));
    if (!free.every(Boolean)) continue;
    for (const port of others) givenOut.add(port);
    return first;
  }
  throw new Error(`no ${count} free ports of 127.0.0.1 that follow one another`);
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
