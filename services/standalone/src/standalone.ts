import { randomBytes } from 'node:crypto';
import { createAdapter } from '@jambus/adapter';
import { connectMemoryBus, createMemoryBroker, type MemoryBroker } from '@jambus/bus';
import { createGateway } from '@jambus/gateway';
import type { StandaloneConfig } from '@jambus/schema';
import type { Logger, Metrics, Tracing } from '@jambus/telemetry';
import { httpDoor } from './http-door/index.ts';

export interface StandaloneContext {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
}

/** The ports it listens on, once it does. */
export interface StandalonePorts {
  readonly websocket: number;
  readonly link: number;
  readonly admin: number;
}

export interface Standalone {
  readonly ports: StandalonePorts;
  readonly broker: MemoryBroker;
  /** Serves until `signal` aborts, then moves the calls away and stops. */
  run(signal: AbortSignal): Promise<void>;
}

/**
 * Gateway and adapter in one process, on a memory bus and over a real link on the loopback interface. Listens when this
 * resolves.
 *
 * @throws JambusError when a port cannot be had
 */
export async function createStandalone(
  config: StandaloneConfig,
  { logger, metrics, tracing }: StandaloneContext,
): Promise<Standalone> {
  const linkToken = config.linkToken ?? randomBytes(32).toString('base64url');
  const shared = { metrics, tracing };
  const gateway = await createGateway(
    { ...config, linkToken },
    { logger: logger.child({ part: 'gateway' }), ...shared },
  );
  const { websocket, link } = await gateway.listen();

  const context = { logger: logger.child({ part: 'adapter' }), ...shared };
  const broker = createMemoryBroker();
  const gateways = [`ws://${urlHost(config.linkHost)}:${link}`];
  const adapter = await createAdapter(
    { ...config, linkToken, gateways },
    (options) => connectMemoryBus(broker, options),
    context,
  );
  await adapter.admin.fastify.register(
    httpDoor(broker, adapter.calls, [config.adminHost, ...(config.doorHosts ?? [])]),
  );
  const admin = await adapter.listen();

  return {
    ports: { websocket, link, admin },
    broker,
    async run(signal) {
      const stopAdapter = new AbortController();
      const adapting = adapter.run(stopAdapter.signal);
      try {
        // The adapter stays for as long as the gateway has events to get rid of.
        await Promise.race([gateway.run(signal), adapting]);
      } finally {
        stopAdapter.abort();
        await adapting;
      }
    },
  };
}

/** Where to dial for a server that listens on `host`. */
function urlHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
