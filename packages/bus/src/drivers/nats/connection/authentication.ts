import { JambusError } from '@jambus/schema';
import {
  type Authenticator,
  credsAuthenticator,
  nkeyAuthenticator,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
} from 'nats';
import { rereading } from '../../../rereading.ts';
import type { NatsConnectionSettings } from './settings.ts';

/**
 * How a connection proves who it is; undefined when the server lets everybody in.
 *
 * @throws JambusError `bad_config` when the credentials cannot be read, or the nkey is none
 */
export function authenticatorOf(settings: NatsConnectionSettings): Authenticator | undefined {
  const { user, password, token, nkey, credentialsFile } = settings;
  const encoder = new TextEncoder();
  if (credentialsFile !== undefined) {
    const read = rereading(credentialsFile, 'NATS credentials file');
    return tried(
      credsAuthenticator(() => encoder.encode(read())),
      'credentials file',
    );
  }
  if (nkey !== undefined) return tried(nkeyAuthenticator(encoder.encode(nkey)), 'nkey');
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
