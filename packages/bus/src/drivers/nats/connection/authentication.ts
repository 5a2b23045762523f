import { readFileSync } from 'node:fs';
import { JambusError } from '@jambus/schema';
import {
  type Authenticator,
  credsAuthenticator,
  nkeyAuthenticator,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
} from 'nats';
import type { NatsConnectionSettings } from './settings.ts';

/**
 * How a connection proves who it is; undefined when the server lets everybody in.
 *
 * @throws JambusError `bad_config` when the credentials cannot be read, or the nkey is none
 */
export function authenticatorOf(settings: NatsConnectionSettings): Authenticator | undefined {
  const { user, password, token, nkey, credentialsFile } = settings;
  if (credentialsFile !== undefined) return tried(credsAuthenticator(rereading(credentialsFile)), 'credentials file');
  if (nkey !== undefined) return tried(nkeyAuthenticator(new TextEncoder().encode(nkey)), 'nkey');
  if (token !== undefined) return tokenAuthenticator(token);
  if (user !== undefined) return usernamePasswordAuthenticator(user, password);
  return undefined;
}

/** The client closes for good when its authenticator throws, so what cannot work is found out here. */
function tried(authenticator: Authenticator, what: string): Authenticator {
  try {
    authenticator('nonce');
    return authenticator;
  } catch (error) {
    if (error instanceof JambusError) throw error;
    throw new JambusError('bad_config', `the NATS ${what} cannot be used: ${String(error)}`, { cause: error });
  }
}

/** The file's bytes as they are now; the former ones while it is being replaced. */
function rereading(path: string): () => Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new JambusError('bad_config', `the NATS credentials file cannot be read: ${String(error)}`, { cause: error });
  }
  return () => {
    try {
      const now = readFileSync(path);
      if (now.byteLength > 0) bytes = now;
    } catch {
      // Kubernetes swaps mounted secrets; what was good a moment ago is tried, and the server's answer is reported.
    }
    return bytes;
  };
}
