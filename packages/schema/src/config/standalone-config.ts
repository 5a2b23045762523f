import { type Static, Type } from '@sinclair/typebox';
import { adapterSettings } from './adapter-config.ts';
import { commonSettings, host } from './common-settings.ts';
import { configSchema, distinctPorts } from './config-schema.ts';
import { gatewayRules, gatewaySettings } from './gateway-config.ts';

const LOOPBACK = '127.0.0.1';

/**
 * Settings of `services/standalone`: those of a gateway and an adapter together, with what they have both as in a gateway.
 * It listens for its own machine only unless told otherwise.
 */
export const StandaloneConfig = configSchema(
  {
    ...commonSettings,
    bus: Type.Literal('memory', {
      default: 'memory',
      expects: 'memory; for nats or kafka run the gateway and adapter services',
      description: 'The message bus, which is in the process itself.',
    }),
    ...adapterSettings,
    ...gatewaySettings,
    websocketHost: host(LOOPBACK, 'Address on which jambonz connects.'),
    linkHost: host(LOOPBACK, 'Address of the internal port.'),
    adminHost: host(LOOPBACK, 'Address of the admin port.'),
    doorHosts: Type.Optional(
      Type.Unsafe<readonly string[]>(
        Type.Array(Type.String({ pattern: '^[A-Za-z0-9_-]+(?:\\.[A-Za-z0-9_-]+)*$', maxLength: 253 }), {
          minItems: 1,
          uniqueItems: true,
          expects: 'a comma list of host names, each once, without ports',
          description:
            'Names by which the HTTP door may be called, besides localhost, addresses in numbers and JAMBUS_ADMIN_HOST. ' +
            'Another name in Host is that of a web page that reads calls and events (DNS rebinding), and is refused.',
        }),
      ),
    ),
  },
  [distinctPorts('websocketPort', 'linkPort', 'adminPort'), ...gatewayRules],
);
export type StandaloneConfig = Readonly<Static<typeof StandaloneConfig>>;
