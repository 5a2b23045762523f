import { Type } from '@sinclair/typebox';
import {
  AdapterConfig,
  type ConfigSchema,
  configSchema,
  createHookModes,
  createPrefixes,
  GatewayConfig,
  JambusError,
  loadConfig,
  prefixesOf,
  StandaloneConfig,
} from '../../src/index.ts';

const LINK_TOKEN = 'correct-horse-battery';
const GATEWAY = { JAMBUS_LINK_TOKEN: LINK_TOKEN };
const ADAPTER = { JAMBUS_LINK_TOKEN: LINK_TOKEN, JAMBUS_BUS: 'nats', JAMBUS_GATEWAYS: 'ws://gateway:3001' };

/** The lines of the message, one per fault. */
function faultsOf(schema: ConfigSchema, env: Record<string, string | undefined>): string[] {
  try {
    loadConfig(schema, env);
  } catch (error) {
    if (!(error instanceof JambusError)) throw error;
    expect(error.code).toBe('bad_config');
    return error.message.split('\n').slice(1);
  }
  return [];
}

describe('values', () => {
  test('a gateway runs with a link token alone, everything else has a default', () => {
    expect(loadConfig(GatewayConfig, GATEWAY)).toEqual({
      logLevel: 'info',
      websocketHost: '0.0.0.0',
      websocketPort: 3000,
      workers: 1,
      linkHost: '0.0.0.0',
      linkPort: 3001,
      linkToken: LINK_TOKEN,
      applicationDeadlineMs: 3500,
      hookPolicy: { default: 'by-kind', rules: [] },
      hookDeadlineMs: 3500,
      notifyEvents: true,
      maxMessageBytes: 24576,
      maxInboundBytes: 1048576,
      unclaimedAfterMs: 60000,
      reconnectGraceMs: 60000,
      pingIntervalMs: 15000,
      rememberedCommands: 1_024,
      eventWindow: 4096,
      eventBufferBytes: 67108864,
      drainMs: 20000,
      drainNoticeMs: 1_000,
      maxCalls: 20000,
      upgradesPerSecond: 500,
      allowedOrigins: [],
    });
  });

  test('an adapter runs with a bus, the gateways and the link token', () => {
    expect(loadConfig(AdapterConfig, ADAPTER)).toEqual({
      logLevel: 'info',
      bus: 'nats',
      prefix: 'jambonz',
      gateways: ['ws://gateway:3001'],
      workers: 1,
      linkToken: LINK_TOKEN,
      adminHost: '0.0.0.0',
      adminPort: 3002,
      commandTtlMs: 30000,
      platform: 'open-source-0.9',
      unknownCommands: 'refuse',
      normalise: true,
      commandsAhead: 16,
      commandWindow: 2048,
      partitionWindow: 32768,
      unknownCallGraceMs: 1000,
      endedCallMemory: 10000,
      drainMs: 10000,
      natsUrl: ['nats://127.0.0.1:4222'],
      natsStorage: 'file',
      natsReplicas: 1,
      natsMaxAgeMs: 3600000,
      natsMaxBytes: 536870912,
      natsDuplicateWindowMs: 120000,
      kafkaBrokers: ['127.0.0.1:9092'],
      kafkaClientId: 'jambus-adapter',
      kafkaCompression: 'none',
      kafkaTls: false,
      kafkaCreateTopics: true,
      kafkaSessionMs: 6000,
    });
  });

  test('the standalone service needs nothing and listens for its own machine only', () => {
    const config = loadConfig(StandaloneConfig, {});
    expect(config).toMatchObject({ bus: 'memory', drainMs: 20000, prefix: 'jambonz', maxCalls: 20000 });
    expect([config.websocketHost, config.linkHost, config.adminHost]).toEqual(['127.0.0.1', '127.0.0.1', '127.0.0.1']);
    expect(config.linkToken).toBeUndefined();
    expect(config).not.toHaveProperty('gateways');
  });

  test.each([
    ['true', true],
    ['1', true],
    ['TRUE', true],
    ['false', false],
    ['0', false],
  ])('the boolean %s is %s', (text, value) => {
    expect(loadConfig(GatewayConfig, { ...GATEWAY, JAMBUS_NOTIFY_EVENTS: text }).notifyEvents).toBe(value);
  });

  test('a comma list may have blanks around its items', () => {
    const env = {
      ...ADAPTER,
      JAMBUS_GATEWAYS: 'ws://10.0.0.1:3001, wss://[::1]:3001 ,dns+ws://gateways.voice.svc:3001',
    };
    expect(loadConfig(AdapterConfig, env).gateways).toEqual([
      'ws://10.0.0.1:3001',
      'wss://[::1]:3001',
      'dns+ws://gateways.voice.svc:3001',
    ]);
  });

  test('an address of gateways may have a range of ports', () => {
    const env = { ...ADAPTER, JAMBUS_GATEWAYS: 'dns+wss://gateways:3001-3003,ws://[::1]:3001-3001' };
    expect(loadConfig(AdapterConfig, env).gateways).toEqual([
      'dns+wss://gateways:3001',
      'dns+wss://gateways:3002',
      'dns+wss://gateways:3003',
      'ws://[::1]:3001',
    ]);
  });

  test('an object setting without a notation of its own is JSON', () => {
    const schema = configSchema({ limits: Type.Object({ calls: Type.Integer() }) });
    expect(loadConfig(schema, { JAMBUS_LIMITS: '{"calls":3}' }).limits).toEqual({ calls: 3 });
    expect(faultsOf(schema, { JAMBUS_LIMITS: '{"calls":' })).toEqual([
      '  JAMBUS_LIMITS: got "{\\"calls\\":", expected a JSON object',
    ]);
  });

  test('an empty or blank variable counts as not set', () => {
    const config = loadConfig(GatewayConfig, {
      ...GATEWAY,
      JAMBUS_LINK_PORT: '',
      JAMBUS_GATEWAY_ID: ' ',
      JAMBUS_TYPO: '',
    });
    expect(config.linkPort).toBe(3001);
    expect(config).not.toHaveProperty('gatewayId');
    expect(faultsOf(GatewayConfig, { JAMBUS_LINK_TOKEN: '' })).toHaveLength(1);
  });

  test('what is returned cannot be changed, at any depth, and defaults are not shared', () => {
    const config = loadConfig(GatewayConfig, GATEWAY);
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.hookPolicy.rules)).toBe(true);
    expect(Object.isFrozen(loadConfig(AdapterConfig, ADAPTER).gateways)).toBe(true);
    expect(loadConfig(GatewayConfig, GATEWAY).hookPolicy).not.toBe(config.hookPolicy);
  });
});

describe('the hook policy', () => {
  test('one word is the policy of every hook', () => {
    expect(loadConfig(GatewayConfig, { ...GATEWAY, JAMBUS_HOOK_POLICY: 'await' }).hookPolicy).toEqual({
      default: 'await',
      rules: [],
    });
  });

  test('a JSON object gives hooks a policy by name, and "*" is for the others', () => {
    const text = '{"*":"await","/menu":"immediate"}';
    expect(loadConfig(GatewayConfig, { ...GATEWAY, JAMBUS_HOOK_POLICY: text }).hookPolicy).toEqual({
      default: 'await',
      rules: [{ pattern: '/menu', mode: 'immediate' }],
    });
  });

  test.each([
    ['/menu', '/menu?lang=en', 'await'],
    ['/menu', 'https://app.example/menu?lang=en', 'await'],
    ['/log/*', '/log/of/calls', 'await'],
    ['/menu', '/menus', 'by-kind'],
    ['/menu', 'constructor', 'by-kind'],
  ])('the pattern %s and the hook %s', (pattern, hook, mode) => {
    const text = JSON.stringify({ [pattern]: 'await' });
    const { hookPolicy } = loadConfig(GatewayConfig, { ...GATEWAY, JAMBUS_HOOK_POLICY: text });
    expect(createHookModes(hookPolicy)(hook)).toBe(mode);
  });

  test.each(['sometimes', '{"/menu":"sometimes"}', '{"*":1}', '{"/menu"', '["await"]'])('%s is refused', (text) => {
    expect(faultsOf(GatewayConfig, { ...GATEWAY, JAMBUS_HOOK_POLICY: text })).toEqual([
      `  JAMBUS_HOOK_POLICY: got ${JSON.stringify(text)}, expected by-kind, immediate, await, or a JSON object from pattern to one of these with "*" for all others`,
    ]);
  });
});

describe('the applications that are kept apart', () => {
  const load = (text: string) => {
    const { applications } = loadConfig(GatewayConfig, { ...GATEWAY, JAMBUS_APPLICATIONS: text });
    if (applications === undefined) throw new Error('not set');
    return applications;
  };

  test.each([
    ['/support', 'help'],
    ['/support/', 'rest'],
    ['/sales/vip', 'vip'],
    ['/sales/north/1', 'sales'],
    ['/sales', 'rest'],
    ['/SUPPORT', 'rest'],
    ['/', 'rest'],
    ['/constructor', 'rest'],
  ])('%s belongs to %s', (path, prefix) => {
    const prefixOf = createPrefixes(load('{"/support":"help","/sales/vip":"vip","/sales/*":"sales","*":"rest"}'));
    expect(prefixOf(path)).toBe(prefix);
  });

  test('a path that is not named has the prefix that adapters have by default', () => {
    const applications = load('{"/sales":"sales"}');
    expect(createPrefixes(applications)('/other')).toBe('jambonz');
    expect(prefixesOf(applications)).toEqual(['sales', 'jambonz']);
  });

  test.each(['sales', '{"/sales"', '["/sales"]', '{"sales":"sales"}', '{"/sales":1}', '{"/sales":"a b"}', '{"*":""}'])(
    '%s is refused',
    (text) => {
      expect(faultsOf(GatewayConfig, { ...GATEWAY, JAMBUS_APPLICATIONS: text })).toEqual([
        expect.stringMatching(/^ {2}JAMBUS_APPLICATIONS: got .*, expected a JSON object from the path/),
      ]);
    },
  );

  test.each([
    ['{"/sales/*":"sales","/sales/vip":"vip"}', '"/sales/vip" never counts, because "/sales/*" stands before it'],
    ['{"/*":"all","/a*/b":"a"}', '"/a*/b" never counts, because "/*" stands before it'],
    ['{"/a":"acme.eu","*":"acme"}', 'the prefix acme.eu lies inside acme'],
  ])('%s cannot keep them apart', (text, fault) => {
    const faults = faultsOf(GatewayConfig, { ...GATEWAY, JAMBUS_APPLICATIONS: text });
    expect(faults).toEqual([expect.stringContaining(`JAMBUS_APPLICATIONS: ${fault}`)]);
  });

  test('the share of the buffer that each has takes the largest event', () => {
    const env = { ...GATEWAY, JAMBUS_APPLICATIONS: '{"/a":"a","/b":"b"}', JAMBUS_EVENT_BUFFER_BYTES: '3145727' };
    expect(faultsOf(GatewayConfig, env)).toEqual([expect.stringMatching(/got 3 prefixes, .* 3145728 at least/)]);
    expect(faultsOf(GatewayConfig, { ...env, JAMBUS_EVENT_BUFFER_BYTES: '3145728' })).toEqual([]);
  });
});

describe('faults', () => {
  test('all of them are reported at once, each with variable, value and what is expected', () => {
    const env = {
      JAMBUS_BUS: 'rabbit',
      JAMBUS_GATEWAYS: 'http://gateway',
      JAMBUS_ADMIN_PORT: '70000',
      JAMBUS_NORMALISE: 'yes',
      JAMBUS_COMMAND_TTL_MS: '30s',
      JAMBUS_LOG_LEVEL: 'loud',
      JAMBUS_COMAND_WINDOW: '5',
    };
    expect(faultsOf(AdapterConfig, env).sort()).toEqual([
      '  JAMBUS_ADMIN_PORT: got "70000", expected a whole number from 0 to 65535',
      '  JAMBUS_BUS: got "rabbit", expected nats or kafka (memory is the bus of the standalone service)',
      '  JAMBUS_COMAND_WINDOW: no such setting; did you mean JAMBUS_COMMAND_WINDOW?',
      '  JAMBUS_COMMAND_TTL_MS: got "30s", expected a whole number from 100 to 86400000',
      expect.stringContaining('  JAMBUS_GATEWAYS: got "http://gateway", expected a comma list of ws://'),
      expect.stringContaining('  JAMBUS_LINK_TOKEN, JAMBUS_LINK_TLS_CERT: not set, expected '),
      '  JAMBUS_LOG_LEVEL: got "loud", expected one of trace, debug, info, warn, error, fatal',
      '  JAMBUS_NORMALISE: got "yes", expected true or false',
    ]);
  });

  test.each(['12.5', '1e3', '0x10', 'Infinity', '-1', '9007199254740993'])('%s is not a number of calls', (text) => {
    expect(faultsOf(GatewayConfig, { ...GATEWAY, JAMBUS_MAX_CALLS: text })).toHaveLength(1);
  });

  test.each(['JAMBUS_APPLICATION_DEADLINE_MS', 'JAMBUS_HOOK_DEADLINE_MS'])(
    '%s must leave jambonz time to get the answer',
    (variable) => {
      expect(faultsOf(GatewayConfig, { ...GATEWAY, [variable]: '4900' })).toEqual([]);
      expect(faultsOf(GatewayConfig, { ...GATEWAY, [variable]: '5000' })).toHaveLength(1);
    },
  );

  test('ports must differ, except that any number of them may be 0', () => {
    expect(faultsOf(GatewayConfig, { ...GATEWAY, JAMBUS_LINK_PORT: '3000' })).toEqual([
      '  JAMBUS_WEBSOCKET_PORT, JAMBUS_LINK_PORT: got 3000, 3000, expected different ports',
    ]);
    expect(faultsOf(StandaloneConfig, { JAMBUS_ADMIN_PORT: '3001' })).toHaveLength(1);
    const free = { JAMBUS_WEBSOCKET_PORT: '0', JAMBUS_LINK_PORT: '0', JAMBUS_ADMIN_PORT: '0' };
    expect(faultsOf(StandaloneConfig, free)).toEqual([]);
  });

  test('a call is not hung up as unclaimed while it still waits for its application, and 0 turns that off', () => {
    expect(faultsOf(GatewayConfig, { ...GATEWAY, JAMBUS_UNCLAIMED_AFTER_MS: '2000' })).toEqual([
      expect.stringContaining('JAMBUS_UNCLAIMED_AFTER_MS, JAMBUS_APPLICATION_DEADLINE_MS: got 2000 and 3500'),
    ]);
    expect(faultsOf(GatewayConfig, { ...GATEWAY, JAMBUS_UNCLAIMED_AFTER_MS: '0' })).toEqual([]);
  });

  test('buffers must take the largest message', () => {
    const inbound = { ...GATEWAY, JAMBUS_MAX_MESSAGE_BYTES: '200000', JAMBUS_MAX_INBOUND_BYTES: '100000' };
    expect(faultsOf(GatewayConfig, inbound)).toHaveLength(1);
    const buffer = { ...GATEWAY, JAMBUS_MAX_INBOUND_BYTES: '2000000', JAMBUS_EVENT_BUFFER_BYTES: '1048576' };
    expect(faultsOf(GatewayConfig, buffer)).toHaveLength(1);
  });

  test('ports of several workers must have room', () => {
    const workers = { JAMBUS_WORKERS: '4' };
    expect(faultsOf(GatewayConfig, { ...GATEWAY, ...workers, JAMBUS_LINK_PORT: '2998' })).toEqual([
      '  JAMBUS_WORKERS, JAMBUS_LINK_PORT, JAMBUS_WEBSOCKET_PORT: got 3000 among 2998 to 3001, expected different ports',
    ]);
    expect(faultsOf(GatewayConfig, { ...GATEWAY, ...workers, JAMBUS_LINK_PORT: '0' })).toEqual([
      '  JAMBUS_WORKERS, JAMBUS_LINK_PORT, JAMBUS_WEBSOCKET_PORT: got port 0 for 4 workers, expected the first of 4 ports',
    ]);
    expect(faultsOf(AdapterConfig, { ...ADAPTER, ...workers, JAMBUS_ADMIN_PORT: '65533' })).toEqual([
      '  JAMBUS_WORKERS, JAMBUS_ADMIN_PORT: got ports up to 65536, expected at most 65535',
    ]);
  });

  test('a rule about a setting that is wrong by itself is left for the next try', () => {
    expect(faultsOf(GatewayConfig, { ...GATEWAY, JAMBUS_WEBSOCKET_PORT: 'x', JAMBUS_LINK_PORT: '3000' })).toEqual([
      '  JAMBUS_WEBSOCKET_PORT: got "x", expected a whole number from 0 to 65535',
    ]);
  });

  test.each(['nats', 'kafka'])('the standalone service says which services to run for %s', (bus) => {
    expect(faultsOf(StandaloneConfig, { JAMBUS_BUS: bus })).toEqual([
      `  JAMBUS_BUS: got "${bus}", expected memory; for nats or kafka run the gateway and adapter services`,
    ]);
  });

  test.each([
    'ws://',
    'ws://a:1,,ws://b:1',
    'ws://a:1,ws://a:1',
    'dns+ws://no-port',
    'ws://a:1/path',
    'ws://a:2-1',
    'ws://a:1-9999',
  ])('the gateways %s are refused', (text) => {
    expect(faultsOf(AdapterConfig, { ...ADAPTER, JAMBUS_GATEWAYS: text })).toHaveLength(1);
  });

  test.each(['.a', 'a..b', 'a.', 'a b', 'a*', 'ä'])('the prefix %s is refused', (text) => {
    expect(faultsOf(AdapterConfig, { ...ADAPTER, JAMBUS_PREFIX: text })).toHaveLength(1);
  });

  test('a long value is cut in the message', () => {
    const [fault = ''] = faultsOf(GatewayConfig, { ...GATEWAY, JAMBUS_LINK_PORT: 'x'.repeat(10_000) });
    expect(fault.length).toBeLessThan(200);
  });
});

describe('secrets', () => {
  test('a refused secret is not repeated', () => {
    const [token = ''] = faultsOf(GatewayConfig, { JAMBUS_LINK_TOKEN: 'tooshort' });
    expect(token).toContain('JAMBUS_LINK_TOKEN: got *** (a secret), expected 16 to 512 visible');
    expect(token).not.toContain('tooshort');
    const [auth = ''] = faultsOf(GatewayConfig, { ...GATEWAY, JAMBUS_BASIC_AUTH: 'hunter2' });
    expect(auth).toContain('JAMBUS_BASIC_AUTH: got *** (a secret), expected user:password');
    expect(auth).not.toContain('hunter2');
  });

  test('a password inside a URL is not repeated', () => {
    const [fault] = faultsOf(AdapterConfig, { ...ADAPTER, JAMBUS_GATEWAYS: 'ws://me:hunt@er2@gateway:3001' });
    expect(fault).toContain('got "ws://***@gateway:3001"');
  });

  test('the value of an unknown variable is not repeated, it may be a secret with a mistyped name', () => {
    expect(faultsOf(GatewayConfig, { ...GATEWAY, JAMBUS_BASIC_AUHT: 'me:hunter2' })).toEqual([
      '  JAMBUS_BASIC_AUHT: no such setting; did you mean JAMBUS_BASIC_AUTH?',
    ]);
  });

  test('a line break at the end of a token is refused rather than sent', () => {
    expect(faultsOf(GatewayConfig, { JAMBUS_LINK_TOKEN: `${LINK_TOKEN}\n` })).toHaveLength(1);
  });

  test('a password may have blanks and colons in it, not around it', () => {
    const env = { ...GATEWAY, JAMBUS_BASIC_AUTH: 'me:pass: word' };
    expect(loadConfig(GatewayConfig, env).basicAuth).toBe('me:pass: word');
    expect(faultsOf(GatewayConfig, { ...GATEWAY, JAMBUS_BASIC_AUTH: 'me:password ' })).toHaveLength(1);
  });
});

describe('unknown variables', () => {
  test('one that resembles no setting is a fault without a suggestion', () => {
    expect(faultsOf(GatewayConfig, { ...GATEWAY, JAMBUS_COLOUR_SCHEME_OF_LOGS: 'red' })).toEqual([
      '  JAMBUS_COLOUR_SCHEME_OF_LOGS: no such setting; see --help for all of them',
    ]);
  });

  test('settings of other services, those of tests, and what is not ours are let pass', () => {
    const env = { ...ADAPTER, JAMBUS_WEBSOCKET_PORT: 'x', JAMBUS_TEST_BROKER: 'y', PATH: '/bin', JAMBUSX: '1' };
    expect(faultsOf(AdapterConfig, env)).toEqual([]);
  });

  test('what Kubernetes adds for Services called jambus-… is let pass', () => {
    const env = {
      ...GATEWAY,
      JAMBUS_GATEWAY_SERVICE_HOST: '10.0.0.1',
      JAMBUS_GATEWAY_SERVICE_PORT: '3000',
      JAMBUS_GATEWAY_SERVICE_PORT_WEBSOCKET: '3000',
      JAMBUS_GATEWAY_PORT: 'tcp://10.0.0.1:3000',
      JAMBUS_GATEWAY_PORT_3000_TCP: 'tcp://10.0.0.1:3000',
      JAMBUS_GATEWAY_PORT_3000_TCP_PROTO: 'tcp',
      JAMBUS_GATEWAY_PORT_3000_TCP_PORT: '3000',
      JAMBUS_GATEWAY_PORT_3000_TCP_ADDR: '10.0.0.1',
    };
    expect(faultsOf(GatewayConfig, env)).toEqual([]);
  });

  test('where such a variable has the name of a setting, the message says where it comes from', () => {
    const [fault] = faultsOf(GatewayConfig, { ...GATEWAY, JAMBUS_LINK_PORT: 'tcp://10.0.0.1:3001' });
    expect(fault).toContain('set enableServiceLinks to false');
  });
});

describe('the link', () => {
  const FILES = { JAMBUS_LINK_TLS_CERT: '/tls/cert.pem', JAMBUS_LINK_TLS_KEY: '/tls/key.pem' };
  const CA = { JAMBUS_LINK_TLS_CA: '/tls/ca.pem' };
  const ON_NATS = { JAMBUS_BUS: 'nats', JAMBUS_GATEWAYS: 'wss://gateway:3001' };

  test('a gateway has a token, or authorities of the certificates of adapters, or both', () => {
    expect(faultsOf(GatewayConfig, FILES)).toEqual([
      expect.stringMatching(/JAMBUS_LINK_TOKEN, JAMBUS_LINK_TLS_CA: not set/),
    ]);
    expect(faultsOf(GatewayConfig, { ...FILES, ...CA })).toEqual([]);
    expect(faultsOf(GatewayConfig, { ...FILES, ...CA, ...GATEWAY })).toEqual([]);
    expect(faultsOf(GatewayConfig, { ...CA, ...GATEWAY })).toEqual([expect.stringMatching(/expected both/)]);
  });

  test('an adapter has a token, or a certificate, or both', () => {
    expect(faultsOf(AdapterConfig, ON_NATS)).toEqual([
      expect.stringMatching(/JAMBUS_LINK_TOKEN, JAMBUS_LINK_TLS_CERT: not/),
    ]);
    expect(faultsOf(AdapterConfig, { ...ON_NATS, ...FILES })).toEqual([]);
    expect(faultsOf(AdapterConfig, { ...ON_NATS, ...GATEWAY, ...CA })).toEqual([]);
  });

  test.each(['ws://gateway:3001', 'wss://a:3001,ws://b:3001', 'dns+ws://gateways:3001'])(
    'files for TLS are of no use with %s, which would go without a word',
    (gateways) => {
      expect(faultsOf(AdapterConfig, { ...ADAPTER, ...CA, JAMBUS_GATEWAYS: gateways })).toEqual([
        expect.stringMatching(/has no TLS; expected wss:/),
      ]);
    },
  );

  test.each(['LINK', 'WEBSOCKET'])('a certificate of %s has its key', (port) => {
    const cert = { [`JAMBUS_${port}_TLS_CERT`]: '/tls/cert.pem' };
    expect(faultsOf(GatewayConfig, { ...GATEWAY, ...cert })).toEqual([expect.stringMatching(/both or neither/)]);
  });

  test('a token that is wrong is one fault and not two', () => {
    expect(faultsOf(GatewayConfig, { JAMBUS_LINK_TOKEN: 'short' })).toHaveLength(1);
  });
});

test('names of the HTTP door are host names without ports', () => {
  expect(loadConfig(StandaloneConfig, { JAMBUS_DOOR_HOSTS: 'jambus, dev.example' }).doorHosts).toEqual([
    'jambus',
    'dev.example',
  ]);
  for (const wrong of ['jambus:3002', '*', 'http://jambus', 'a..b']) {
    expect(faultsOf(StandaloneConfig, { JAMBUS_DOOR_HOSTS: wrong })).toHaveLength(1);
  }
});
