import { Type } from '@sinclair/typebox';
import {
  AdapterConfig,
  configSchema,
  describeConfig,
  GatewayConfig,
  maskCredentials,
  StandaloneConfig,
  variableName,
} from '../../src/index.ts';

const SERVICES = { gateway: GatewayConfig, adapter: AdapterConfig, standalone: StandaloneConfig };

test.each([
  ['maxMessageBytes', 'JAMBUS_MAX_MESSAGE_BYTES'],
  ['websocketPort', 'JAMBUS_WEBSOCKET_PORT'],
  ['bus', 'JAMBUS_BUS'],
  ['commandTtlMs', 'JAMBUS_COMMAND_TTL_MS'],
])('%s is set by %s', (setting, variable) => {
  expect(variableName(setting)).toBe(variable);
});

describe.each(Object.entries(SERVICES))('the help of the %s', (_, schema) => {
  const lines = describeConfig(schema).split('\n');

  test('has every setting with its default and its meaning, in 100 columns', () => {
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
    const help = describeConfig(schema).replaceAll(/\s+/g, ' ');
    for (const [name, setting] of Object.entries(schema.properties)) {
      expect(lines.filter((line) => line.trim().startsWith(`${variableName(name)} `))).toHaveLength(1);
      expect(setting.description?.length).toBeGreaterThan(10);
      expect(help).toContain(setting.description);
    }
  });

  test('gives the unit of every time and size', () => {
    for (const [name, setting] of Object.entries(schema.properties)) {
      if (name.endsWith('Ms')) expect(setting.description).toContain('in ms');
      if (name.endsWith('Bytes')) expect(setting.description).toContain('in bytes');
    }
  });
});

test('a line of the help tells what a value must be, what it is when not set, and what must be given', () => {
  const help = describeConfig(GatewayConfig);
  expect(help).toMatch(/JAMBUS_WEBSOCKET_PORT +a whole number from 0 to 65535; default 3000\n/);
  expect(help).toMatch(/JAMBUS_LINK_TOKEN .*\n +secret; optional\n/);
  expect(describeConfig(AdapterConfig)).toMatch(/;\s+required\n +The message bus\./);
  expect(help).toMatch(/JAMBUS_GATEWAY_ID .*; optional\n/);
  expect(help).toContain('default by-kind');
});

test('the default of a secret is not in the help either', () => {
  const schema = configSchema({
    key: Type.Optional(Type.String({ secret: true, default: 'hunter2', description: 'Key.' })),
  });
  expect(describeConfig(schema)).not.toContain('hunter2');
});

test.each([
  ['nats://me:pass@host:4222', 'nats://***@host:4222'],
  ['connect to wss://token@host/path?a=b@c failed', 'connect to wss://***@host/path?a=b@c failed'],
  ['mail me@host, see http://host/@me', 'mail me@host, see http://host/@me'],
])('credentials are blanked in %s', (text, masked) => {
  expect(maskCredentials(text)).toBe(masked);
});
