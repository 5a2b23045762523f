import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below what operating systems hand out to outgoing connections (32768 and up). A port from there could be taken while
 * its server is down; worse, a client that tries again and again to reach it may end up connected to itself.
 */
const LOWEST = 20_000;
const HIGHEST = 32_000;
const ATTEMPTS = 50;

/**
 * A port of 127.0.0.1 that nobody listens on now and that stays free while its server is being restarted.
 *
 * @throws Error when there is none
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = randomInt(LOWEST, HIGHEST);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port of 127.0.0.1 between ${LOWEST} and ${HIGHEST}`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
