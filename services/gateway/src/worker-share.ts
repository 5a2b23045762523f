import { hostname } from 'node:os';
import { type GatewayConfig, portOf, prefixesOf } from '@jambus/schema';
import type { SharedOut } from '@jambus/service';

/**
 * Several processes for the calls of one port. To adapters each is a gateway: it has a name and a link port of its own. What
 * bounds the whole is shared out, so that together they take no more than one would.
 */
export const gatewayWorkers: SharedOut<typeof GatewayConfig> = {
  count: ({ workers }) => workers,
  share(config, index) {
    const { workers, gatewayId = hostname(), linkPort, maxCalls, upgradesPerSecond, applications } = config;
    const prefixes = applications === undefined ? 1 : prefixesOf(applications).length;
    const leastBuffer = prefixes * config.maxInboundBytes;
    return {
      ...config,
      gatewayId: `${gatewayId}-${index}`,
      linkPort: portOf(linkPort, index),
      maxCalls: Math.ceil(maxCalls / workers),
      upgradesPerSecond: Math.ceil(upgradesPerSecond / workers),
      eventBufferBytes: Math.max(leastBuffer, Math.floor(config.eventBufferBytes / workers)),
    };
  },
};
