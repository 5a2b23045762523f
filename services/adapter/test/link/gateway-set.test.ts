import { setImmediate } from 'node:timers/promises';
import { createLogger } from '@jambus/telemetry';
import type { GatewayLink } from '../../src/link/gateway-link.ts';
import { createGatewaySet, type GatewaySet } from '../../src/link/gateway-set.ts';
import { eventually } from '../support/eventually.ts';
import { type FakeLink, fakeLink } from '../support/fake-link.ts';

/** Names and what they resolve to, for the test to change. */
class FakeDns {
  addresses: string[] = [];
  fails = false;
  lookups = 0;

  readonly resolve = async () => {
    this.lookups++;
    if (this.fails) throw new Error('no such name');
    return this.addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  };
}

interface Running {
  readonly set: GatewaySet;
  readonly links: FakeLink[];
  readonly stopped: string[];
  readonly lines: string[];
  stop(): Promise<void>;
}

let running: Running;
afterEach(() => running.stop());

/** A set whose links are up after `linksAfterMs`, or never. */
function start(gateways: string[], { dns, linksAfterMs }: { dns?: FakeDns; linksAfterMs?: number } = {}): Running {
  const links: FakeLink[] = [];
  const stopped: string[] = [];
  const lines: string[] = [];
  const set = createGatewaySet({
    gateways,
    logger: createLogger({ service: 'test', level: 'warn', destination: { write: (line) => lines.push(line) } }),
    onChange() {},
    ...(dns === undefined ? {} : { resolve: dns.resolve }),
    createLink(url): GatewayLink {
      const link = fakeLink([], url);
      link.isReady = false;
      if (linksAfterMs !== undefined) {
        const up = (): void => {
          link.isReady = true;
        };
        setTimeout(up, linksAfterMs);
      }
      links.push(link);
      return Object.assign(link, {
        run: (signal: AbortSignal) =>
          new Promise<void>((resolve) =>
            signal.addEventListener('abort', () => {
              stopped.push(url);
              resolve();
            }),
          ),
      });
    },
  });
  const stop = new AbortController();
  const done = set.run(stop.signal);
  running = {
    set,
    links,
    stopped,
    lines,
    async stop() {
      stop.abort();
      await done;
    },
  };
  return running;
}

const urls = () => running.links.map(({ url }) => url);

describe('gateway set', () => {
  test('is complete only when every gateway has told its calls', async () => {
    const { set, links, stopped, stop } = start(['ws://one:3001', 'ws://two:3001']);
    await eventually(() => expect(urls()).toEqual(['ws://one:3001', 'ws://two:3001']));
    expect([set.isComplete, set.ready, set.wanted]).toEqual([false, 0, 2]);
    for (const link of links) link.isReady = true;
    expect([set.isComplete, set.ready]).toEqual([true, 2]);
    await stop();
    expect(stopped).toEqual(['ws://one:3001', 'ws://two:3001']);
  });

  test('a DNS name stands for every address it has', async () => {
    start(['dns+ws://localhost:3001']);
    await eventually(() => expect(urls()).toContain('ws://127.0.0.1:3001'));
  });

  test('an address of the newer kind is written as URLs want it', async () => {
    const dns = new FakeDns();
    dns.addresses = ['10.0.0.1', 'fd00::1'];
    start(['dns+wss://gateways:3001'], { dns });
    await eventually(() => expect(urls()).toEqual(['wss://10.0.0.1:3001', 'wss://[fd00::1]:3001']));
  });

  test('while a name cannot be looked up nothing is complete, and it is said', async () => {
    const dns = new FakeDns();
    dns.fails = true;
    const { set, links, lines } = start(['ws://one:3001', 'dns+ws://no-such-name:3001'], { dns });
    await eventually(() => expect(links).toHaveLength(1));
    for (const link of links) link.isReady = true;
    expect(set.isComplete).toBe(false);
    expect(lines).toEqual([expect.stringContaining('no-such-name')]);
  });
});

/** Calls at a gateway that was not looked up yet were refused as unknown. */
describe('a look for gateways', () => {
  test('finds one that has come since the last, and waits until it has told its calls', async () => {
    const dns = new FakeDns();
    dns.addresses = ['10.0.0.1'];
    const { set, links } = start(['dns+ws://gateways:3001'], { dns, linksAfterMs: 150 });
    await eventually(() => expect(set.isComplete).toBe(true));
    dns.addresses = ['10.0.0.1', '10.0.0.2'];
    const looking = set.lookAgain();
    await eventually(() => expect(links).toHaveLength(2));
    expect(set.isComplete).toBe(false);
    await looking;
    expect([set.isComplete, set.ready]).toEqual([true, 2]);
  });

  test('does not wait for ever for one that cannot be linked', async () => {
    const dns = new FakeDns();
    dns.addresses = ['10.0.0.1'];
    const { set } = start(['dns+ws://gateways:3001'], { dns });
    await eventually(() => expect(set.wanted).toBe(1));
    const since = performance.now();
    await set.lookAgain();
    expect(performance.now() - since).toBeGreaterThan(1_000);
    expect(set.isComplete).toBe(false);
  });

  test('is one for all who ask before it begins, and begins after each of them has asked', async () => {
    const dns = new FakeDns();
    dns.addresses = ['10.0.0.1'];
    const { set } = start(['dns+ws://gateways:3001'], { dns, linksAfterMs: 1 });
    await eventually(() => expect(set.isComplete).toBe(true));
    const before = dns.lookups;
    const looks = Array.from({ length: 1_000 }, () => set.lookAgain());
    dns.addresses = ['10.0.0.1', '10.0.0.2'];
    await Promise.all(looks);
    expect([dns.lookups - before, set.wanted]).toEqual([1, 2]);
  });

  test('that is under way does not answer those who ask now: it may have missed what they ask for', async () => {
    const dns = new FakeDns();
    dns.addresses = ['10.0.0.1'];
    // It cannot be linked, so each look takes its time.
    const { set } = start(['dns+ws://gateways:3001'], { dns });
    await eventually(() => expect(set.wanted).toBe(1));
    const before = dns.lookups;
    const first = set.lookAgain();
    await eventually(() => expect(dns.lookups).toBe(before + 1));
    dns.addresses = ['10.0.0.1', '10.0.0.2'];
    const second = set.lookAgain();
    expect(second).not.toBe(first);
    await second;
    expect([dns.lookups - before, set.wanted]).toEqual([2, 2]);
    await first;
  });

  test('is no wait where gateways are fixed addresses, since those do not become more', async () => {
    const { set } = start(['ws://one:3001']);
    const first = await Promise.race([set.lookAgain().then(() => 'no wait'), setImmediate('a turn of the event loop')]);
    expect(first).toBe('no wait');
  });

  test('is over when the adapter stops', async () => {
    const dns = new FakeDns();
    dns.addresses = ['10.0.0.1'];
    const { set, stop } = start(['dns+ws://gateways:3001'], { dns });
    await eventually(() => expect(set.wanted).toBe(1));
    const before = dns.lookups;
    const looking = set.lookAgain();
    await stop();
    await looking;
    expect([set.wanted, dns.lookups - before]).toEqual([1, 0]);
  });

  test('forgets an address that the name no longer has, unless its gateway still has calls', async () => {
    const dns = new FakeDns();
    dns.addresses = ['10.0.0.1', '10.0.0.2'];
    const { set, links, stopped } = start(['dns+ws://gateways:3001'], { dns, linksAfterMs: 1 });
    await eventually(() => expect(set.isComplete).toBe(true));
    dns.addresses = [];
    (links[0] as FakeLink).isReady = false;
    await set.lookAgain();
    expect([stopped, set.links.map(({ url }) => url)]).toEqual([['ws://10.0.0.1:3001'], ['ws://10.0.0.2:3001']]);
  });

  test('that fails leaves the gateways as they were', async () => {
    const dns = new FakeDns();
    dns.addresses = ['10.0.0.1'];
    const { set } = start(['dns+ws://gateways:3001'], { dns, linksAfterMs: 1 });
    await eventually(() => expect(set.isComplete).toBe(true));
    dns.fails = true;
    await set.lookAgain();
    expect([set.isComplete, set.wanted]).toEqual([true, 1]);
  });
});
