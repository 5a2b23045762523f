import { Type } from '@sinclair/typebox';
import { file, secret } from './common-settings.ts';
import type { ConfigRule } from './config-schema.ts';

const BROKER = '^[A-Za-z0-9._-]+:\\d{1,5}$';

/** Where Kafka is, how to get in, and what topics are created with. Only looked at when Kafka is the bus. */
export const kafkaSettings = {
  kafkaBrokers: Type.Unsafe<readonly string[]>(
    Type.Array(Type.String({ pattern: BROKER }), {
      default: ['127.0.0.1:9092'],
      defaultText: '127.0.0.1:9092',
      minItems: 1,
      uniqueItems: true,
      expects: 'a comma list of host:port, each once',
      description: 'The Kafka brokers; one has to answer, and the others of its cluster are found through it.',
    }),
  ),
  kafkaClientId: Type.String({
    default: 'jambus-adapter',
    pattern: '^[A-Za-z0-9._-]{1,200}$',
    expects: 'letters, digits, ".", "_" and "-"',
    description: 'What logs, metrics and quotas of the brokers call the adapters.',
  }),
  kafkaGroup: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9._-]{1,200}$',
      expects: 'letters, digits, ".", "_" and "-"',
      description:
        'Consumer group of the adapters, which share the work by it. When not set: <prefix>.commands.adapters.',
    }),
  ),
  kafkaTls: Type.Boolean({
    default: false,
    description: 'Encrypt the connections. They are anyway when one of the files below is set.',
  }),
  kafkaTlsCa: file('PEM file with the authorities that may have signed the certificates of the brokers.'),
  kafkaTlsCert: file('PEM file with the certificate to show to the brokers.'),
  kafkaTlsKey: file('PEM file with the key of that certificate.'),
  kafkaSaslMechanism: Type.Optional(
    Type.Union(
      [
        Type.Literal('plain'),
        Type.Literal('scram-sha-256'),
        Type.Literal('scram-sha-512'),
        Type.Literal('oauthbearer'),
      ],
      { description: 'How to sign in. plain shows the password to whoever can read the connection: use TLS.' },
    ),
  ),
  kafkaUser: Type.Optional(
    Type.String({ minLength: 1, expects: 'a user name', description: 'User at Kafka, for plain and scram.' }),
  ),
  kafkaPassword: secret('Password of JAMBUS_KAFKA_USER.'),
  kafkaOauthTokenFile: file('File with the token for oauthbearer. Read again for every connection.'),
  kafkaOauthEndpoint: Type.Optional(
    Type.String({
      pattern: '^https?://[^\\s@]+$',
      expects: 'an http or https URL without credentials',
      description: 'Where to ask for a token for oauthbearer, by the client credentials grant of OAuth 2.0.',
    }),
  ),
  kafkaOauthClientId: Type.Optional(
    Type.String({ minLength: 1, expects: 'a client id', description: 'Client at JAMBUS_KAFKA_OAUTH_ENDPOINT.' }),
  ),
  kafkaOauthClientSecret: secret('Secret of JAMBUS_KAFKA_OAUTH_CLIENT_ID.'),
  kafkaOauthScope: Type.Optional(
    Type.String({ minLength: 1, expects: 'a scope', description: 'Scope of the token to ask for.' }),
  ),
  kafkaCreateTopics: Type.Boolean({
    default: true,
    description: 'Create topics that are missing. Otherwise a missing topic is reported, and nothing starts.',
  }),
  kafkaPartitions: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 10_000,
      description:
        'Partitions of new topics, and the fewest that the commands must have: as many adapters can share the work. When ' +
        'not set: as many as there are, 8 in new ones.',
    }),
  ),
  kafkaReplication: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 32,
      description: 'Copies of each new topic in the cluster. When not set: as the cluster is set.',
    }),
  ),
  kafkaCompression: Type.Union(
    [Type.Literal('none'), Type.Literal('gzip'), Type.Literal('snappy'), Type.Literal('lz4'), Type.Literal('zstd')],
    {
      default: 'none',
      description:
        'How events, results and dead letters are compressed. What others compress is read in each of these ways.',
    },
  ),
  kafkaSessionMs: Type.Integer({
    default: 6_000,
    minimum: 500,
    maximum: 300_000,
    description:
      'How long an adapter that died keeps its partitions, in ms. Brokers take no less than their ' +
      'group.min.session.timeout.ms, which is 6000 unless set.',
  }),
};

/** What kafkaSettings demand of each other. */
export const kafkaRules: readonly ConfigRule<keyof typeof kafkaSettings>[] = [
  {
    of: ['kafkaOauthTokenFile', 'kafkaOauthEndpoint'],
    check: () => 'both set, expected one place to have the token from',
  },
];
