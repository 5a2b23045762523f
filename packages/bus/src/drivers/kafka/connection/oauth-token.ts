import { JambusError } from '@jambus/schema';
import type { KafkaSasl } from './settings.ts';

type ClientCredentials = Extract<KafkaSasl, { readonly tokenEndpoint: string }>;

const ANSWER_WITHIN_MS = 5_000;
/** Of a token's life; what is left is for the broker to look at it. */
const USED_SHARE = 0.8;

interface Token {
  readonly value: string;
  /** On the clock of `performance.now()`. */
  readonly usedUntil: number;
}

/**
 * Tokens by the client credentials grant, each used for most of its life.
 *
 * @returns what gives a token; it throws JambusError `bus_refused` when the endpoint refuses, `bus_unavailable` when it does
 *   not answer
 */
export function tokenFromEndpoint(settings: ClientCredentials): () => Promise<string> {
  let asking: Promise<Token> | undefined;
  let current: Token | undefined;
  return async () => {
    if (current !== undefined && performance.now() < current.usedUntil) return current.value;
    asking ??= ask(settings).finally(() => {
      asking = undefined;
    });
    current = await asking;
    return current.value;
  };
}

async function ask({ tokenEndpoint, clientId, clientSecret, scope }: ClientCredentials): Promise<Token> {
  const askedAt = performance.now();
  const response = await fetch(tokenEndpoint, {
    method: 'POST',
    headers: { authorization: `Basic ${basic(clientId, clientSecret)}`, accept: 'application/json' },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...(scope !== undefined && { scope }) }),
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  }).catch((error: unknown) => {
    throw new JambusError('bus_unavailable', `the token endpoint ${tokenEndpoint} does not answer`, { cause: error });
  });
  const answer: unknown = await response.json().catch(() => undefined);
  if (!response.ok || !isGrant(answer)) {
    const kind = response.status >= 500 || response.status === 429 ? 'bus_unavailable' : 'bus_refused';
    throw new JambusError(kind, `the token endpoint ${tokenEndpoint} gives no token: HTTP ${response.status}`);
  }
  const lifeMs = (typeof answer.expires_in === 'number' ? answer.expires_in : 0) * 1_000;
  return { value: answer.access_token, usedUntil: askedAt + lifeMs * USED_SHARE };
}

/** RFC 6749, 2.3.1: both are form-encoded before they are put together. */
function basic(clientId: string, clientSecret: string): string {
  return Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`).toString('base64');
}

function isGrant(value: unknown): value is { readonly access_token: string; readonly expires_in?: unknown } {
  return (
    typeof value === 'object' && value !== null && 'access_token' in value && typeof value.access_token === 'string'
  );
}
