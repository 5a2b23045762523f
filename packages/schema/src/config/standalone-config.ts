import { type Static, Type } from '@sinclair/typebox';
import { adapterSettings } from './adapter-config.ts';
import { commonSettings, host, linkToken } from './common-settings.ts';
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
    linkToken: Type.Optional(linkToken),
    websocketHost: host(LOOPBACK, 'Address on which jambonz connects.'),
    linkHost: host(LOOPBACK, 'Address of the internal port.'),
    adminHost: host(LOOPBACK, 'Address of the admin port.'),
  },
  [distinctPorts('websocketPort', 'linkPort', 'adminPort'), ...gatewayRules],
);
export type StandaloneConfig = Readonly<Static<typeof StandaloneConfig>>;
