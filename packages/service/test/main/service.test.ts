import { AdapterConfig, configSchema, GatewayConfig, loadConfig, StandaloneConfig } from '@jambus/schema';
import type { Service, ServiceSchema } from '../../src/index.ts';

/** Only its types matter: a schema that does not fit does not compile. */
function service<Schema extends ServiceSchema>(schema: Schema, start: Service<Schema>['start']): Service<Schema> {
  return { name: 'typed', schema, start };
}

test('the settings of each service arrive typed, and a schema without drainMs is no service', () => {
  const services = [
    service(GatewayConfig, async (config) => {
      const [port, mode]: [number, 'by-kind' | 'immediate' | 'await'] = [
        config.websocketPort,
        config.hookPolicy.default,
      ];
      // @ts-expect-error: settings cannot be changed
      config.drainMs = port + mode.length;
    }),
    service(AdapterConfig, async (config) => {
      const [bus, gateways]: ['nats' | 'kafka', readonly string[]] = [config.bus, config.gateways];
      // @ts-expect-error: there is no such setting
      void [bus, gateways, config.websocketPort];
    }),
    service(StandaloneConfig, async (config) => {
      const token: string | undefined = config.linkToken;
      void token;
    }),
    // @ts-expect-error: it lacks logLevel and drainMs
    service(configSchema({}), async () => {}),
  ];
  expect(services).toHaveLength(4);
  expect(loadConfig(StandaloneConfig, {}).drainMs).toBeGreaterThan(0);
});
