import { AdapterConfig } from '@jambus/schema';
import type { JsonSchema } from '../json-schema/json-schema.ts';
import { type Reference, ref, type Server } from './async-api.ts';

type SaslMechanism = NonNullable<AdapterConfig['kafkaSaslMechanism']>;

const NATS_SECURITY = {
  natsUserPassword: { type: 'userPassword', description: 'User and password' },
  natsToken: { type: 'apiKey', in: 'password', description: 'A token that lets anybody who has it in' },
  natsNkey: {
    type: 'asymmetricEncryption',
    description: 'An nkey, or a JWT with its nkey as nsc writes it into a credentials file',
  },
  natsCertificate: { type: 'X509', description: 'A certificate, over TLS' },
};

/** One for each way in that jambus itself has, so that a new one cannot be forgotten here. */
const SASL_SCHEMES = {
  plain: { type: 'plain', description: 'SASL PLAIN, which shows the password to whoever reads along: over TLS' },
  'scram-sha-256': { type: 'scramSha256', description: 'SASL SCRAM-SHA-256' },
  'scram-sha-512': { type: 'scramSha512', description: 'SASL SCRAM-SHA-512' },
  oauthbearer: {
    type: 'oauth2',
    description: 'SASL OAUTHBEARER, with a token of your own provider',
    flows: { clientCredentials: { tokenUrl: 'https://login.example.com/token', availableScopes: {} } },
  },
} satisfies Readonly<Record<SaslMechanism, JsonSchema>>;

const KAFKA_SECURITY = {
  kafkaPlain: SASL_SCHEMES.plain,
  kafkaScramSha256: SASL_SCHEMES['scram-sha-256'],
  kafkaScramSha512: SASL_SCHEMES['scram-sha-512'],
  kafkaOauthbearer: SASL_SCHEMES.oauthbearer,
  kafkaCertificate: { type: 'X509', description: 'A certificate, over TLS' },
};

export const SECURITY_SCHEMES = { ...NATS_SECURITY, ...KAFKA_SECURITY };

/** Where jambus looks for its broker unless it is told otherwise, and every way in. */
export const SERVERS: Readonly<Record<'nats' | 'kafka', Server>> = {
  nats: {
    ...server(AdapterConfig.properties.natsUrl.default, 'NATS server'),
    protocol: 'nats',
    title: 'NATS',
    description: 'NATS 2.9 or newer with JetStream. Which of the ways in is the right one is up to its operator.',
    security: referencesTo(NATS_SECURITY),
  },
  kafka: {
    ...server(AdapterConfig.properties.kafkaBrokers.default, 'Kafka broker'),
    protocol: 'kafka',
    title: 'Kafka',
    description: 'Kafka 3.9 or newer. Which of the ways in is the right one is up to its operator.',
    security: referencesTo(KAFKA_SECURITY),
  },
};

function server(addresses: unknown, what: string) {
  const [first] = Array.isArray(addresses) ? addresses : [];
  const address = String(first).replace(/^[a-z]+:\/\//, '');
  return {
    host: '{address}',
    variables: { address: { default: address, description: `Host and port of a ${what}` } },
  };
}

function referencesTo(schemes: Readonly<Record<string, object>>): readonly Reference[] {
  return Object.keys(schemes).map((name) => ref('components', 'securitySchemes', name));
}
