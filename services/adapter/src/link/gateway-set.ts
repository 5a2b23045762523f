import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { whenAborted } from '@jambus/bus';
import { JambusError } from '@jambus/schema';
import type { Logger } from '@jambus/telemetry';
import type { GatewayLink } from './gateway-link.ts';

export interface GatewaySetOptions {
  /** `ws://…` and `wss://…` for single gateways, `dns+ws://name:port` for every address that a name has. */
  readonly gateways: readonly string[];
  /** @param serverName that the certificate of the gateway has to have, where `url` has an address that a name resolved to */
  readonly createLink: (url: string, serverName?: string) => GatewayLink;
  readonly logger: Logger;
  /** A gateway came or went: what counts as complete may have changed. */
  readonly onChange: () => void;
  /** The addresses of a name; those that the system knows when left out. */
  readonly resolve?: (host: string) => Promise<readonly LookupAddress[]>;
}

/** The links to all gateways there are. */
export interface GatewaySet {
  /** True when every gateway there should be is linked and has told its calls. */
  readonly isComplete: boolean;
  readonly ready: number;
  /** How many there should be. */
  readonly wanted: number;
  readonly links: readonly GatewayLink[];
  /**
   * Looks once more which gateways there are, and gives new ones a moment to link. Resolves when a look that began after the
   * call is over.
   */
  lookAgain(): Promise<void>;
  /** Dials, and looks names up again and again, until `signal` aborts; resolves when every link is closed. */
  run(signal: AbortSignal): Promise<void>;
}

const LOOKUP_INTERVAL_MS = 5_000;
/** Many commands for unknown calls cause a look at this interval only. */
const SHORTEST_LOOKUP_INTERVAL_MS = 100;
/** How long a gateway that was found may take to link before others are decided without it, ms. */
const LINK_WITHIN_MS = 1_000;
const LINK_POLL_MS = 10;
const DNS = /^dns\+(wss?):\/\/(.+):(\d+)\/?$/;

interface Member {
  readonly link: GatewayLink;
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

export function createGatewaySet(options: GatewaySetOptions): GatewaySet {
  const { resolve = (host: string) => lookup(host, { all: true }) } = options;
  const members = new Map<string, Member>();
  const names = options.gateways.filter((gateway) => DNS.test(gateway));
  const fixed = options.gateways.filter((gateway) => !DNS.test(gateway));
  /** What each name resolved to last; a lookup that fails leaves it as it was. */
  const resolved = new Map<string, readonly string[]>();
  let stopped = false;
  /** A look that has not begun yet, for all who ask for one meanwhile. */
  let nextLook: Promise<void> | undefined;

  const look = async (name: string): Promise<void> => {
    const [, scheme, host, port] = DNS.exec(name) as unknown as [string, string, string, string];
    try {
      const addresses = await resolve(host);
      const urls = addresses.map(({ address, family }) =>
        family === 6 ? `${scheme}://[${address}]:${port}` : `${scheme}://${address}:${port}`,
      );
      resolved.set(name, urls);
    } catch (cause) {
      const error = new JambusError('link_unavailable', `cannot look up ${host}: gateways behind it stay as they are`, {
        cause,
      });
      options.logger.warn({ err: error }, 'gateway name not resolved');
    }
  };

  const adjust = (): void => {
    const wanted = new Map<string, string | undefined>(fixed.map((url) => [url, undefined]));
    for (const [name, urls] of resolved) {
      for (const url of urls) wanted.set(url, DNS.exec(name)?.[2]);
    }
    for (const [url, { link, stop }] of members) {
      // An address that is gone from the name is a gateway that is gone; while its link is up it still has calls.
      if (!wanted.has(url) && !link.isReady) {
        stop.abort();
        members.delete(url);
      }
    }
    for (const [url, serverName] of wanted) {
      if (members.has(url)) continue;
      const link = options.createLink(url, serverName);
      const stop = new AbortController();
      members.set(url, { link, stop, done: link.run(stop.signal) });
    }
    options.onChange();
  };

  const isComplete = (): boolean => {
    if (resolved.size < names.length) return false;
    for (const { link } of members.values()) if (!link.isReady) return false;
    return members.size > 0;
  };

  const lookNow = async (): Promise<void> => {
    await sleep(SHORTEST_LOOKUP_INTERVAL_MS);
    nextLook = undefined;
    if (stopped) return;
    await Promise.all(names.map(look));
    if (stopped) return;
    adjust();
    const until = performance.now() + LINK_WITHIN_MS;
    while (!isComplete() && !stopped && performance.now() < until) await sleep(LINK_POLL_MS);
  };

  return {
    get isComplete() {
      return isComplete();
    },
    get ready() {
      let count = 0;
      for (const { link } of members.values()) if (link.isReady) count++;
      return count;
    },
    get wanted() {
      return members.size;
    },
    get links() {
      return [...members.values()].map(({ link }) => link);
    },
    lookAgain() {
      // Fixed addresses cannot become more.
      if (names.length === 0) return Promise.resolve();
      nextLook ??= lookNow();
      return nextLook;
    },
    async run(signal) {
      while (!signal.aborted) {
        await Promise.all(names.map(look));
        if (signal.aborted) break;
        adjust();
        const pause = names.length === 0 ? whenAborted(signal) : sleep(LOOKUP_INTERVAL_MS, undefined, { signal });
        // Rejects only when the signal aborts, which the loop looks at next.
        await pause.catch(() => undefined);
      }
      stopped = true;
      for (const { stop } of members.values()) stop.abort();
      await Promise.all([...members.values()].map(({ done }) => done));
    },
  };
}
