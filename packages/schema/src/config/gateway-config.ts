import { type Static, Type } from '@sinclair/typebox';
import { DEFAULT_PREFIX } from '../bus/names.ts';
import { Applications, applicationRules, parseApplications, prefixesOf } from './applications.ts';
import {
  commonSettings,
  drainMs,
  formerLinkToken,
  host,
  linkTlsOfGateway,
  linkToken,
  port,
  websocketTls,
} from './common-settings.ts';
import { atLeast, configSchema, distinctPorts, together } from './config-schema.ts';
import { HookPolicy, parseHookPolicy } from './hook-policy.ts';
import { roomForWorkers, workers } from './workers.ts';

/** jambonz feature-server 0.9.8 waits 5 s for an ack; what is left of them is for the way back. */
const LATEST_ACK_MS = 4_900;

const ORIGIN = '^(\\*|null|[a-z][a-z0-9+.-]*://[^/\\s,]+)$';

function parseOrigins(text: string): readonly string[] {
  return text === 'none' ? [] : text.split(',').map((origin) => origin.trim().toLowerCase());
}

/** What only gateways have; the standalone service takes them over. */
export const gatewaySettings = {
  gatewayId: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$',
      expects: 'letters, digits, ".", "_" and "-", at most 253',
      description: 'Name of this gateway on the bus (the CloudEvents source). The host name when not set.',
    }),
  ),
  websocketHost: host('0.0.0.0', 'Address on which jambonz connects.'),
  websocketPort: port(3000, 'Port on which jambonz connects.'),
  ...websocketTls,
  linkHost: host('0.0.0.0', 'Address of the internal port.'),
  linkPort: port(3001, 'Internal port: links of the adapters, health, readiness and metrics.'),
  linkToken,
  basicAuth: Type.Optional(
    Type.String({
      pattern: '^[^:\\s][^:\\r\\n]*:[^\\s]([^\\r\\n]*[^\\s])?$',
      secret: true,
      expects: 'user:password, without blanks around them',
      description: 'HTTP Basic credentials that jambonz must present, as set in the URL of its application.',
    }),
  ),
  fallbackApplication: Type.Optional(
    Type.String({
      minLength: 1,
      expects: 'a JSON array of verbs, or the path of a file that holds one',
      description:
        'Verbs that a new call gets when the bus has not answered in time. ' +
        'When not set: config with notifyEvents, then a pause of 1 s.',
    }),
  ),
  applicationDeadlineMs: Type.Integer({
    default: 3_500,
    minimum: 100,
    maximum: LATEST_ACK_MS,
    description: 'How long a new call waits for its application from the bus, in ms. jambonz gives up after 5000.',
  }),
  hookPolicy: Type.Unsafe<HookPolicy>(
    Object.assign({}, HookPolicy, {
      default: { default: 'by-kind', rules: [] },
      defaultText: 'by-kind',
      parse: parseHookPolicy,
      expects: 'by-kind, immediate, await, or a JSON object from pattern to one of these with "*" for all others',
      description:
        'Whether a hook of jambonz is answered at once with an empty ack, or waits for an ack from the bus. by-kind waits ' +
        'wherever an empty ack does harm. A pattern is a path, in which * stands for any characters; queries do not ' +
        'count. Example: {"*":"by-kind","/menu":"await","/log/*":"immediate"}',
    }),
  ),
  hookDeadlineMs: Type.Integer({
    default: 3_500,
    minimum: 100,
    maximum: LATEST_ACK_MS,
    description: 'How long an awaited hook waits for its ack from the bus, in ms. jambonz gives up after 5000.',
  }),
  envVars: Type.Optional(
    Type.String({
      minLength: 1,
      expects: 'JSON, or the path of a file that holds it',
      description:
        'Variables that the application declares: the answer to the OPTIONS request with which the portal of jambonz asks ' +
        'for them. When not set: none.',
    }),
  ),
  notifyEvents: Type.Boolean({
    default: true,
    description: 'Ask jambonz for verb:status on every call, by adding config.notifyEvents to its application.',
  }),
  maxMessageBytes: Type.Integer({
    default: 24_576,
    minimum: 1_024,
    maximum: 16_777_216,
    description:
      'Largest message that jambonz takes, in bytes. It closes the websocket of a call that gets a larger one.',
  }),
  maxInboundBytes: Type.Integer({
    default: 1_048_576,
    minimum: 65_536,
    maximum: 67_108_864,
    description: 'Largest message taken from jambonz, in bytes.',
  }),
  unclaimedAfterMs: Type.Integer({
    default: 60_000,
    minimum: 0,
    maximum: 86_400_000,
    description: 'A call that nobody has sent anything to for this long since it began is hung up, in ms. 0 never.',
  }),
  reconnectGraceMs: Type.Integer({
    default: 60_000,
    minimum: 0,
    maximum: 3_600_000,
    description: 'How long a call whose websocket is lost is kept for jambonz to come back, in ms.',
  }),
  pingIntervalMs: Type.Integer({
    default: 15_000,
    minimum: 1_000,
    maximum: 300_000,
    description: 'Time between pings on a websocket, in ms. A peer that has not answered by the next one is dead.',
  }),
  rememberedCommands: Type.Integer({
    default: 1_024,
    minimum: 16,
    maximum: 65_536,
    description: 'How many ids of the latest commands each call remembers, to refuse the second of the same id.',
  }),
  eventWindow: Type.Integer({
    default: 4_096,
    minimum: 1,
    maximum: 1_000_000,
    description: 'Events under way to one adapter, not yet acknowledged, before reading from jambonz pauses.',
  }),
  eventBufferBytes: Type.Integer({
    default: 67_108_864,
    minimum: 1_048_576,
    maximum: 17_179_869_184,
    description: 'Memory for events waiting to go out, in the whole gateway, in bytes.',
  }),
  drainMs: drainMs(20_000, 'Time over which calls are moved to other gateways when this one stops, in ms.'),
  drainNoticeMs: Type.Integer({
    default: 1_000,
    minimum: 0,
    maximum: 300_000,
    description:
      'Part of that time, a quarter at most, in which the gateway is unready but still takes calls, ' +
      'so that a load balancer notices, in ms.',
  }),
  maxCalls: Type.Integer({
    default: 20_000,
    minimum: 1,
    maximum: 1_000_000,
    description:
      'Calls at the same time, those among them that wait for their websocket, and websockets at the same time; more are refused.',
  }),
  upgradesPerSecond: Type.Integer({
    default: 500,
    minimum: 0,
    maximum: 1_000_000,
    description:
      'Websockets of jambonz that one address, or one /64 network of IPv6, may open in a second; ten times as many may come at ' +
      'once. More are dropped, and jambonz tries again. Behind a proxy all calls have its address. 0: no limit.',
  }),
  allowedOrigins: Type.Unsafe<readonly string[]>(
    Object.assign(Type.Array(Type.String({ pattern: ORIGIN }), { uniqueItems: true }), {
      default: [],
      defaultText: 'none',
      parse: parseOrigins,
      expects: 'none, * for all, or a comma list of origins as https://name or https://name:port',
      description:
        'Web pages that may connect to the port of jambonz, by the Origin header that browsers send. jambonz sends none.',
    }),
  ),
};

/** Rules between the settings of a gateway, apart from its ports. */
export const gatewayRules = [
  atLeast('maxInboundBytes', 'maxMessageBytes', 'jambonz sends a message that it cannot read back whole'),
  atLeast('eventBufferBytes', 'maxInboundBytes', 'the buffer must take the largest event'),
  atLeast('unclaimedAfterMs', 'applicationDeadlineMs', 'a call is still waiting for its application until then', {
    zeroIsOff: true,
  }),
  together('websocketTlsCert', 'websocketTlsKey'),
] as const;

/** What makes sense only where adapters are other processes. */
const sharedGatewaySettings = {
  workers: workers(
    'Processes that share the calls, for a machine with several cores. jambonz connects to one port as before; for links, ' +
      'health, readiness and metrics the first has JAMBUS_LINK_PORT and each other one the next port, so adapters need ' +
      'all of them (JAMBUS_GATEWAYS=ws://host:3001-3004). Limits of calls, upgrades and memory are shared out.',
  ),
  formerLinkToken,
  ...linkTlsOfGateway,
  applications: Type.Optional(
    Type.Unsafe<Applications>(
      Object.assign({}, Applications, {
        parse: parseApplications,
        expects:
          'a JSON object from the path of a websocket to the JAMBUS_PREFIX of its adapters, with "*" for all other paths',
        description:
          'Keeps applications of jambonz apart on the bus: a call belongs to the prefix of its path, and no adapter with ' +
          'another prefix hears of it. In a path * stands for any characters, and the first that fits counts; paths that are ' +
          `not named have the prefix ${DEFAULT_PREFIX}. Each prefix has an equal share of JAMBUS_EVENT_BUFFER_BYTES. ` +
          'When not set: every adapter serves every call. Example: {"/sales/*":"sales","/support":"support","*":"jambonz"}',
      }),
    ),
  ),
};

/** Settings of `services/gateway`. */
export const GatewayConfig = configSchema({ ...commonSettings, ...gatewaySettings, ...sharedGatewaySettings }, [
  distinctPorts('websocketPort', 'linkPort'),
  roomForWorkers('linkPort', 'websocketPort'),
  ...gatewayRules,
  ...applicationRules,
  together('linkTlsCert', 'linkTlsKey'),
  {
    of: ['linkTlsCa', 'linkTlsCert'],
    alsoUnset: true,
    check({ linkTlsCa, linkTlsCert }) {
      if (linkTlsCa === undefined || linkTlsCert !== undefined) return undefined;
      return 'only the first is set, expected both: certificates of adapters are asked for by TLS';
    },
  },
  {
    of: ['linkToken', 'linkTlsCa'],
    alsoUnset: true,
    check({ linkToken: token, linkTlsCa }) {
      if (token !== undefined || linkTlsCa !== undefined) return undefined;
      return 'not set, expected one or both: without them anybody who reaches the internal port could command calls';
    },
  },
  {
    of: ['formerLinkToken', 'linkToken'],
    alsoUnset: true,
    check({ formerLinkToken: former, linkToken: present }) {
      return former === undefined || present !== undefined ? undefined : 'only the first is set, expected both';
    },
  },
  {
    of: ['applications', 'eventBufferBytes', 'maxInboundBytes'],
    check({ applications, eventBufferBytes, maxInboundBytes }) {
      const { length } = prefixesOf(applications as Applications);
      if (Number(eventBufferBytes) >= length * Number(maxInboundBytes)) return undefined;
      return `got ${length} prefixes, expected room for the largest event of each: raise the buffer to ${length * Number(maxInboundBytes)} at least`;
    },
  },
]);
export type GatewayConfig = Readonly<Static<typeof GatewayConfig>>;
