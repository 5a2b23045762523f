import { Type } from '@sinclair/typebox';
import { file, secret } from './common-settings.ts';
import type { ConfigRule } from './config-schema.ts';

const HOST = '(?:[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])';
const SERVER = `^(?:nats|tls)://${HOST}(?::\\d{1,5})?$`;

/** Where NATS is, how to get in, and what streams are created with. Only looked at when NATS is the bus. */
export const natsSettings = {
  natsUrl: Type.Unsafe<readonly string[]>(
    Type.Array(Type.String({ pattern: SERVER }), {
      default: ['nats://127.0.0.1:4222'],
      defaultText: 'nats://127.0.0.1:4222',
      minItems: 1,
      uniqueItems: true,
      expects: 'a comma list of nats://host:port or tls://host:port, each once, without credentials',
      description: 'The NATS servers; one has to answer, and the others of its cluster are found through it.',
    }),
  ),
  natsUser: Type.Optional(Type.String({ minLength: 1, expects: 'a user name', description: 'User at NATS.' })),
  natsPassword: secret('Password of JAMBUS_NATS_USER.'),
  natsToken: secret('Token that lets anybody who has it in.'),
  natsNkey: Type.Optional(
    Type.String({
      pattern: '^SU[A-Z2-7]{56}$',
      secret: true,
      expects: 'the seed of a user nkey, SU and 56 more characters',
      description: 'Seed of the nkey to sign in with.',
    }),
  ),
  natsCredentials: file('File with the JWT and seed of a user, as nsc makes it. Read again for every connection.'),
  natsTlsCa: file('PEM file with the authorities that may have signed the certificate of the server.'),
  natsTlsCert: file('PEM file with the certificate to show to the server.'),
  natsTlsKey: file('PEM file with the key of that certificate.'),
  natsPartitions: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 256,
      description:
        'Partitions of the commands, and so the most adapters that share the work. When not set: as many as the stream ' +
        'has, 8 in a new one, 1 on servers before 2.10. It cannot be changed while commands are kept.',
    }),
  ),
  natsStorage: Type.Union([Type.Literal('file'), Type.Literal('memory')], {
    default: 'file',
    description: 'Where new streams are kept. In memory they are lost when the server restarts.',
  }),
  natsReplicas: Type.Integer({
    default: 1,
    minimum: 1,
    maximum: 5,
    description: 'Copies of each stream in the cluster, an odd number; streams that have fewer get more.',
  }),
  natsMaxAgeMs: Type.Integer({
    default: 3_600_000,
    minimum: 60_000,
    maximum: 2_592_000_000,
    description: 'How long new streams keep a message, in ms; a command only when it is dealt with.',
  }),
  natsMaxBytes: Type.Integer({
    default: 536_870_912,
    minimum: 1_048_576,
    maximum: 1_099_511_627_776,
    description:
      'Size of each new stream, in bytes; the server sets so much aside. The oldest messages go first, but of commands only ' +
      'those that are dealt with: a stream full of others takes no more.',
  }),
  natsDuplicateWindowMs: Type.Integer({
    default: 120_000,
    minimum: 30_000,
    maximum: 3_600_000,
    description: 'How long new streams know the ids of messages, to drop one that is published again, in ms.',
  }),
};

function exclusive(
  one: keyof typeof natsSettings,
  other: keyof typeof natsSettings,
): ConfigRule<keyof typeof natsSettings> {
  return { of: [one, other], check: () => 'both set, expected one way to sign in' };
}

/** What natsSettings demand of each other. */
export const natsRules = [
  exclusive('natsUser', 'natsToken'),
  exclusive('natsUser', 'natsNkey'),
  exclusive('natsUser', 'natsCredentials'),
  exclusive('natsToken', 'natsNkey'),
  exclusive('natsToken', 'natsCredentials'),
  exclusive('natsNkey', 'natsCredentials'),
];
