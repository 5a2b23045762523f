import { JambusError } from '@jambus/schema';
import type { SASLOptions } from 'kafkajs';
import { rereading } from '../../../rereading.ts';
import { tokenFromEndpoint } from './oauth-token.ts';
import type { KafkaSasl } from './settings.ts';

/**
 * How a connection proves who it is, as the client wants it.
 *
 * @throws JambusError `bad_config` when the token file cannot be read
 */
export function saslOf(settings: KafkaSasl): SASLOptions {
  if (settings.mechanism !== 'oauthbearer') {
    const { mechanism, user: username, password } = settings;
    return { mechanism, username, password };
  }
  const token = 'tokenFile' in settings ? tokenFromFile(settings.tokenFile) : tokenFromEndpoint(settings);
  return { mechanism: 'oauthbearer', oauthBearerProvider: async () => ({ value: await token() }) };
}

/** The client takes a broker's word that a token is no good for its consent, and only sees that it is cut off then. */
export function hintingAtToken(error: JambusError, sasl: KafkaSasl | undefined): JambusError {
  if (!error.retryable || sasl?.mechanism !== 'oauthbearer') return error;
  return new JambusError(error.code, `${error.message}; brokers also say so when they do not take the token`, {
    cause: error.cause,
  });
}

function tokenFromFile(path: string): () => Promise<string> {
  const read = rereading(path, 'Kafka token file');
  return async () => {
    const token = read().trim();
    if (token === '') throw new JambusError('bad_config', `the Kafka token file ${path} is empty`);
    return token;
  };
}
