import { JambusError } from '@jambus/schema';

/** Which failures of a *first* connect are tried again: `ct` TCP refused/reset/timed out, `rt` a handshake without answer. */
export type RetryPolicy = 'ct' | 'rt' | '4xx' | '5xx' | 'all';

const POLICIES: ReadonlySet<string> = new Set<RetryPolicy>(['ct', 'rt', '4xx', '5xx', 'all']);
const MAX_RETRIES = 5;

/** Where to dial, as an application's URL settings say it. */
export interface Address {
  /** Without credentials and fragment, as it goes to the server. */
  readonly url: string;
  /** `user:password` for HTTP Basic. */
  readonly auth: string | undefined;
  /** How often a first connect is repeated; also, counting the first connect, how many connects a call may have by itself. */
  readonly retries: number;
  readonly policies: ReadonlySet<string>;
}

/**
 * Reads `ws[s]://[user:password@]host[:port]/path[#rc=N&rp=policy,policy]`. Without a fragment: `rc=5`, `rp=ct`
 * (jambonz feature-server 0.9.8).
 *
 * @throws JambusError `bad_config` for anything that is no websocket URL, or an unknown policy.
 */
export function parseAddress(text: string): Address {
  if (!URL.canParse(text)) throw new JambusError('bad_config', `not a URL: ${text}`);
  const url = new URL(text);
  if (url.protocol !== 'ws:' && url.protocol !== 'wss:') {
    throw new JambusError('bad_config', `not a websocket URL (ws:// or wss://): ${text}`);
  }
  const settings = new URLSearchParams(url.hash.slice(1));
  const auth = url.username ? `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}` : undefined;
  url.hash = '';
  url.username = '';
  url.password = '';
  return {
    url: url.href,
    auth,
    retries: parseRetries(settings.get('rc')),
    policies: parsePolicies(settings.get('rp')),
  };
}

function parseRetries(text: string | null): number {
  if (text === null) return MAX_RETRIES;
  const count = Number(text);
  if (!Number.isInteger(count))
    throw new JambusError('bad_config', `rc in the URL must be a whole number, not ${text}`);
  return Math.min(Math.abs(count), MAX_RETRIES);
}

function parsePolicies(text: string | null): ReadonlySet<string> {
  if (text === null) return new Set(['ct']);
  const policies = text.split(',').map((policy) => policy.trim());
  const unknown = policies.filter((policy) => !POLICIES.has(policy));
  if (unknown.length > 0) {
    throw new JambusError(
      'bad_config',
      `rp in the URL: unknown policy ${unknown.join(', ')} (known: ${[...POLICIES].join(', ')})`,
    );
  }
  return new Set(policies);
}
