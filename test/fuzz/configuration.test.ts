import {
  AdapterConfig,
  type ConfigSchema,
  createHookModes,
  createPrefixes,
  GatewayConfig,
  JambusError,
  loadConfig,
  notesOf,
  StandaloneConfig,
  variableName,
} from '@jambus/schema';
import * as fc from 'fast-check';
import { fuzz } from './support/fuzz.ts';
import { oddJson, oddText } from './support/mutants.ts';

const NEARLY = [
  '3000',
  '-1',
  '0x10',
  ' 5 ',
  'true',
  'nats',
  'kafka',
  'memory',
  'ws://gateway:3001',
  'dns+wss://g:3001,ws://g:1',
  'user:password',
  '/tls/cert.pem',
  '{"*":"by-kind","/menu":"await"}',
  '{"/a/*":"sales","*":"jambonz"}',
  '{"/a*":1,"__proto__":"x"}',
  '[{"verb":"pause"}]',
  'tcp://10.0.0.1:3001',
  'a-token-for-tests-only',
];
const SECRET = 'pLanted-s3cret';
const text = fc.oneof(
  fc.constantFrom(...NEARLY),
  oddText,
  oddJson.map((value) => JSON.stringify(value)),
);

describe.each<[string, ConfigSchema]>([
  ['gateway', GatewayConfig],
  ['adapter', AdapterConfig],
  ['standalone', StandaloneConfig],
])('settings of the %s', (_service, schema) => {
  const settings = Object.keys(schema.properties);
  const secrets = Object.entries(schema.properties)
    .filter(([, setting]) => notesOf(setting).secret === true)
    .map(([name]) => variableName(name));
  const names = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...settings.map(variableName)) },
    oddText.map((name) => `JAMBUS_${name}`),
    oddText,
  );
  /** A secret that is wrong is shown no more than one that is right. */
  const planted = fc.dictionary(
    fc.constantFrom(...secrets),
    fc.constantFrom(SECRET, `${SECRET}\n`, ` ${SECRET}`, `:${SECRET}`),
  );

  fuzz(
    'are taken and frozen, or refused by name, with no secret in the message',
    fc.tuple(fc.dictionary(names, text, { maxKeys: 8 }), planted),
    { inputs: 3_000 },
    ([some, secret]) => {
      let config: Readonly<Record<string, unknown>>;
      try {
        config = loadConfig(schema, { ...some, ...secret });
      } catch (error) {
        if (!(error instanceof JambusError) || error.code !== 'bad_config') throw error;
        expect(error.message).not.toContain(SECRET);
        return;
      }
      expect(Object.isFrozen(config)).toBe(true);
      if ('hookPolicy' in config) createHookModes(config['hookPolicy'] as never)('/menu?x=1');
      if ('applications' in config) createPrefixes(config['applications'] as never)('/sales/x');
    },
  );
});
