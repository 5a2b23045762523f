import { type Static, Type } from '@sinclair/typebox';
import { BusPrefix, DEFAULT_PREFIX } from '../bus/names.ts';
import { DEFAULT_PLATFORM, PlatformGeneration } from '../jambonz/generation.ts';
import { commonSettings, drainMs, host, linkTlsOfAdapter, linkToken, port } from './common-settings.ts';
import { configSchema, together } from './config-schema.ts';
import { kafkaRules, kafkaSettings } from './kafka-settings.ts';
import { natsRules, natsSettings } from './nats-settings.ts';
import { roomForWorkers, workers } from './workers.ts';

const HOST = '(?:[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])';
/** `ws://host:3001-3004` */
const PORT_RANGE = /^(.+:)(\d{1,5})-(\d{1,5})(\/?)$/;
const MOST_PORTS = 64;
const GATEWAY_ADDRESS = `^(?:wss?://${HOST}(?::\\d{1,5})?|dns\\+wss?://[A-Za-z0-9._-]+:\\d{1,5})/?$`;

/** One address for each port of a range. A range that cannot be is left as it is, which the check refuses. */
function parseGateways(text: string): readonly string[] {
  return text.split(',').flatMap((item) => {
    const address = item.trim();
    const [, before, from = '', to = '', after = ''] = PORT_RANGE.exec(address) ?? [];
    const count = Number(to) - Number(from) + 1;
    if (before === undefined || count < 1 || count > MOST_PORTS) return [address];
    return Array.from({ length: count }, (_, index) => `${before}${Number(from) + index}${after}`);
  });
}

/** What adapters and the standalone service have in common: everything but where the bus and the gateways are. */
export const adapterSettings = {
  prefix: Type.String({
    ...BusPrefix,
    default: DEFAULT_PREFIX,
    expects: 'letters, digits, "_", "-" and single "." between them, at most 100',
    description: 'First part of the name of every topic, stream and subject.',
  }),
  adminHost: host('0.0.0.0', 'Address of the admin port.'),
  adminPort: port(3002, 'Admin port: health, readiness and metrics.'),
  commandTtlMs: Type.Integer({
    default: 30_000,
    minimum: 100,
    maximum: 86_400_000,
    description: 'How long after publishing a command without expirytime may still reach its call, in ms.',
  }),
  platform: Type.Union(PlatformGeneration.anyOf, {
    default: DEFAULT_PLATFORM,
    description:
      'The jambonz servers. open-source-0.9: verbs must pass what feature-server 0.9.8 demands, as one unknown property ' +
      'makes it reject a call; commands of newer servers pass, with a warning that they have no effect. 10.x: verbs must ' +
      'pass the published JSON schema. tolerant: whatever one of the two takes.',
  }),
  unknownCommands: Type.Union([Type.Literal('refuse'), Type.Literal('pass')], {
    default: 'refuse',
    description: 'What to do with a command that no known server has: refuse it, or pass it on unchecked.',
  }),
  allowCommands: Type.Optional(
    Type.Unsafe<readonly string[]>(
      Type.Array(Type.String({ pattern: '^[A-Za-z][A-Za-z0-9:_-]{0,63}$' }), {
        minItems: 1,
        uniqueItems: true,
        expects: 'a comma list of commands, each once, such as redirect,call:status,ack',
        description:
          'The commands that publishers may send, and ack for answers; every other one is rejected with unauthorized. ' +
          'Left out: all. A redirect or ack brings whatever verbs it likes.',
      }),
    ),
  ),
  normalise: Type.Boolean({
    default: true,
    description: 'Rewrite commands written the documented way into the form that jambonz acts on.',
  }),
  commandsAhead: Type.Integer({
    default: 16,
    minimum: 0,
    maximum: 64,
    description:
      'Commands of one call that may be at its gateway behind one whose result is not on the bus yet. So many may reach a ' +
      'call twice when a gateway is killed; with 0, a call gets as many a second as the bus confirms one after the other.',
  }),
  commandWindow: Type.Integer({
    default: 2_048,
    minimum: 1,
    maximum: 1_000_000,
    description: 'Commands under way to one gateway before reading from the bus pauses.',
  }),
  partitionWindow: Type.Integer({
    default: 32_768,
    minimum: 1,
    maximum: 1_000_000,
    description:
      'Records of one partition that are not decided yet before reading from it pauses. Commands that wait for a call ' +
      'between two websockets count too, so it bounds how many of them leave the others alone.',
  }),
  unknownCallGraceMs: Type.Integer({
    default: 1_000,
    minimum: 0,
    maximum: 60_000,
    description: 'How long a command for a call that no gateway has waits for the call to show up, in ms.',
  }),
  endedCallMemory: Type.Integer({
    default: 10_000,
    minimum: 0,
    maximum: 10_000_000,
    description: 'How many ended calls are remembered, to answer call_ended rather than unknown_call.',
  }),
  drainMs: drainMs(10_000, 'Time for commands and events under way to finish when the adapter stops, in ms.'),
};

/** Settings of `services/adapter`. */
export const AdapterConfig = configSchema(
  {
    ...commonSettings,
    bus: Type.Union([Type.Literal('nats'), Type.Literal('kafka')], {
      expects: 'nats or kafka (memory is the bus of the standalone service)',
      description: 'The message bus.',
    }),
    gateways: Type.Unsafe<readonly string[]>(
      Type.Array(Type.String({ pattern: GATEWAY_ADDRESS }), {
        minItems: 1,
        uniqueItems: true,
        parse: parseGateways,
        expects:
          'a comma list of ws://host:port, wss://host:port or dns+ws://name:port, each once, without credentials; ' +
          'a port may be a range, 3001-3004',
        description:
          'Where the gateways are. dns+ws:// means every address that the name has, looked up again and again. A gateway ' +
          'with several workers (JAMBUS_WORKERS) has as many ports.',
      }),
    ),
    workers: workers(
      'Processes that share the partitions, for a machine with several cores. The first has JAMBUS_ADMIN_PORT, each other ' +
        'one the next port. There are at most as many at work as the commands have partitions.',
    ),
    linkToken,
    ...linkTlsOfAdapter,
    ...adapterSettings,
    ...natsSettings,
    ...kafkaSettings,
  },
  [
    ...natsRules,
    ...kafkaRules,
    roomForWorkers('adminPort'),
    together('linkTlsCert', 'linkTlsKey'),
    {
      of: ['linkToken', 'linkTlsCert'],
      alsoUnset: true,
      check({ linkToken: token, linkTlsCert }) {
        if (token !== undefined || linkTlsCert !== undefined) return undefined;
        return 'not set, expected what the gateways ask for: one or both';
      },
    },
    {
      of: ['gateways', 'linkTlsCa', 'linkTlsCert'],
      alsoUnset: true,
      check({ gateways, linkTlsCa, linkTlsCert }) {
        if (linkTlsCa === undefined && linkTlsCert === undefined) return undefined;
        const open = (gateways as readonly string[]).find((gateway) => /^(?:dns\+)?ws:/.test(gateway));
        return open === undefined ? undefined : `got ${open}, which has no TLS; expected wss:// or dns+wss://`;
      },
    },
  ],
);
export type AdapterConfig = Readonly<Static<typeof AdapterConfig>>;
