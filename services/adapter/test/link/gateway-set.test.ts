import { createLogger } from '@jambus/telemetry';
import type { GatewayLink } from '../../src/link/gateway-link.ts';
import { createGatewaySet } from '../../src/link/gateway-set.ts';

const logger = createLogger({ service: 'test', level: 'fatal' });

function setOf(...gateways: string[]) {
  const links: { url: string; isReady: boolean; stopped: boolean }[] = [];
  const set = createGatewaySet({
    gateways,
    logger,
    onChange() {},
    createLink(url) {
      const link = { url, isReady: false, stopped: false };
      links.push(link);
      const run = (signal: AbortSignal) =>
        new Promise<void>((resolve) =>
          signal.addEventListener('abort', () => {
            link.stopped = true;
            resolve();
          }),
        );
      return Object.assign(link, { run }) as unknown as GatewayLink;
    },
  });
  const stop = new AbortController();
  const running = set.run(stop.signal);
  return {
    set,
    links,
    async stop() {
      stop.abort();
      await running;
    },
  };
}

const lookedUp = () => new Promise((resolve) => setTimeout(resolve, 100));

describe('gateway set', () => {
  test('is complete only when every gateway has told its calls', async () => {
    const { set, links, stop } = setOf('ws://one:3001', 'ws://two:3001');
    await lookedUp();
    expect([links.map(({ url }) => url), set.isComplete]).toEqual([['ws://one:3001', 'ws://two:3001'], false]);
    for (const link of links) link.isReady = true;
    expect([set.isComplete, set.ready]).toEqual([true, 2]);
    await stop();
    expect(links.every(({ stopped }) => stopped)).toBe(true);
  });

  test('a DNS name stands for every address it has', async () => {
    const { links, stop } = setOf('dns+ws://localhost:3001');
    await lookedUp();
    expect(links.map(({ url }) => url)).toContain('ws://127.0.0.1:3001');
    await stop();
  });

  test('while a name cannot be looked up nothing is complete', async () => {
    const { set, links, stop } = setOf('ws://one:3001', 'dns+ws://no-such-name.invalid:3001');
    await lookedUp();
    for (const link of links) link.isReady = true;
    expect(set.isComplete).toBe(false);
    await stop();
  });
});
