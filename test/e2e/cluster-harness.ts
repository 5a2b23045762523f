import { type Adapter, createAdapter } from '@jambus/adapter';
import { type BusMessage, connectMemoryBus, createMemoryBroker, type MemoryBroker } from '@jambus/bus';
import { createGateway } from '@jambus/gateway';
import { AdapterConfig, type CommandResult, GatewayConfig, loadConfig } from '@jambus/schema';
import { createLogger, createMetrics, NO_TRACING } from '@jambus/telemetry';
import { type MemoryCable, memoryCable, startTcpProxy, type TcpProxy } from '../fixtures/index.ts';
import { type CallOptions, type SimulatedCall, startCall } from '../simulator/index.ts';

export const TOKEN = 'a-token-for-tests-only';
const SPEED = 20;
const PATIENCE_MS = 30_000;

export interface GatewayHandle {
  readonly websocketUrl: string;
  readonly linkPort: number;
  /** Where `/metrics` is. */
  readonly adminUrl: string;
  /** Drains it and resolves when it is gone. */
  stop(): Promise<void>;
}

export interface AdapterHandle {
  readonly adapter: Adapter;
  readonly cable: MemoryCable;
  /** Where `/metrics` is. */
  readonly adminUrl: string;
  /** Its links, in the order of the gateways. */
  readonly links: readonly TcpProxy[];
  /** Cuts it off from bus and gateways at once, as a power cut does. */
  kill(): void;
  stop(): Promise<void>;
}

/** Gateways and adapters in one process, on one memory broker, with every connection between them in the test's hand. */
export interface Cluster {
  readonly broker: MemoryBroker;
  readonly gateways: readonly GatewayHandle[];
  addGateway(settings?: Record<string, string>): Promise<GatewayHandle>;
  addAdapter(settings?: Record<string, string>): Promise<AdapterHandle>;
  call(gateway: GatewayHandle, options?: Partial<CallOptions>): SimulatedCall;
  /** Calls that have their application and say so. */
  liveCalls(gateway: GatewayHandle, count: number, options?: Partial<CallOptions>): Promise<SimulatedCall[]>;
  publish(callSid: string, command: object | string, attributes?: Record<string, string>): string;
  /** Everything on a channel so far. */
  messages(channel: BusMessage['channel']): Promise<BusMessage[]>;
  results(): Promise<CommandResult[]>;
  /** The terminal results so far. */
  terminalResults(): Promise<BusMessage[]>;
  /** Resolves when the command at every one of these positions has its terminal result. */
  settled(positions: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

export async function startCluster(): Promise<Cluster> {
  const broker = createMemoryBroker({ partitions: 4 });
  const gateways: GatewayHandle[] = [];
  const stops: (() => Promise<void>)[] = [];
  const calls: SimulatedCall[] = [];
  const context = () => ({
    logger: createLogger({ service: 'test', level: 'fatal' }),
    metrics: createMetrics({ service: 'test' }),
    tracing: NO_TRACING,
  });

  const cluster: Cluster = {
    broker,
    gateways,
    async addGateway(settings = {}) {
      const config = loadConfig(GatewayConfig, {
        JAMBUS_GATEWAY_ID: `gateway-${gateways.length + 1}`,
        JAMBUS_WEBSOCKET_HOST: '127.0.0.1',
        JAMBUS_WEBSOCKET_PORT: '0',
        JAMBUS_LINK_HOST: '127.0.0.1',
        JAMBUS_LINK_PORT: '0',
        JAMBUS_LINK_TOKEN: TOKEN,
        JAMBUS_DRAIN_MS: '300',
        ...settings,
      });
      const gateway = await createGateway(config, context());
      const ports = await gateway.listen();
      const { stop, done } = stoppable((signal) => gateway.run(signal));
      const handle: GatewayHandle = {
        websocketUrl: `ws://127.0.0.1:${ports.websocket}/ivr`,
        linkPort: ports.link,
        adminUrl: `http://127.0.0.1:${ports.link}`,
        stop: () => {
          stop();
          return done;
        },
      };
      gateways.push(handle);
      stops.push(handle.stop);
      return handle;
    },
    async addAdapter(settings = {}) {
      const links = await Promise.all(gateways.map(({ linkPort }) => startTcpProxy(linkPort)));
      const config = loadConfig(AdapterConfig, {
        JAMBUS_BUS: 'nats',
        JAMBUS_ADMIN_HOST: '127.0.0.1',
        JAMBUS_ADMIN_PORT: '0',
        JAMBUS_LINK_TOKEN: TOKEN,
        JAMBUS_GATEWAYS: links.map(({ port }) => `ws://127.0.0.1:${port}`).join(','),
        JAMBUS_DRAIN_MS: '300',
        JAMBUS_UNKNOWN_CALL_GRACE_MS: '100',
        ...settings,
      });
      const cable = memoryCable(broker);
      const adapter = await createAdapter(config, (options) => connectMemoryBus(cable.broker, options), context());
      const admin = await adapter.listen();
      const { stop, done } = stoppable((signal) => adapter.run(signal));
      const handle: AdapterHandle = {
        adapter,
        cable,
        adminUrl: `http://127.0.0.1:${admin}`,
        links,
        kill() {
          cable.cut();
          for (const link of links) link.cut();
        },
        stop: () => {
          stop();
          return done;
        },
      };
      stops.unshift(async () => {
        await handle.stop();
        await Promise.all(links.map((link) => link.close()));
      });
      return handle;
    },
    call(gateway, options = {}) {
      const call = startCall({ url: gateway.websocketUrl, speed: SPEED, compression: false, ...options });
      calls.push(call);
      return call;
    },
    async liveCalls(gateway, count, options = {}) {
      const started = Array.from({ length: count }, () => cluster.call(gateway, options));
      const greeting = { type: 'command', command: 'redirect', data: [{ verb: 'say', id: 'hi', text: 'hi' }] };
      // The harness calls a call unknown soon, so the command comes after it.
      await Promise.all(started.map((call) => call.waitFor('session:new', PATIENCE_MS)));
      const positions = started.map(({ callSid }) => cluster.publish(callSid, greeting));
      await Promise.all(started.map((call) => call.waitFor('verb:status', PATIENCE_MS)));
      await cluster.settled(positions);
      return started;
    },
    publish(callSid, command, attributes = {}) {
      const payload = Buffer.from(typeof command === 'string' ? command : JSON.stringify(command));
      return broker.publishCommand({ callSid, attributes, payload }).position;
    },
    async messages(channel) {
      const messages: BusMessage[] = [];
      const end = new AbortController();
      // What is there is read without waiting; the first wait ends it.
      setImmediate(() => setTimeout(() => end.abort(), 20));
      for await (const item of broker.read(channel, { after: -1, signal: end.signal })) {
        if (item.kind === 'message') messages.push(item.message);
      }
      return messages;
    },
    async results() {
      const messages = await cluster.messages('results');
      return messages.map(({ payload }) => JSON.parse(Buffer.from(payload).toString()) as CommandResult);
    },
    async terminalResults() {
      return (await cluster.messages('results')).filter(({ type }) => type === 'delivered' || type === 'rejected');
    },
    settled: (positions) =>
      eventually(`${positions.length} terminal results`, async () => {
        const ids = new Set((await cluster.terminalResults()).map(({ attributes }) => attributes['id']));
        return positions.every((position) => ids.has(`result/${position}`));
      }),
    async close() {
      for (const call of calls) call.hangup();
      await Promise.race([Promise.all(calls.map(({ ended }) => ended)), delay(300)]);
      for (const stop of stops) await stop();
    },
  };
  return cluster;
}

/** Waits until `condition` holds. @throws Error after a while, with what it waited for */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
  patienceMs = PATIENCE_MS,
): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await delay(15);
  }
}

export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function stoppable(run: (signal: AbortSignal) => Promise<void>): { stop: () => void; done: Promise<void> } {
  const stopping = new AbortController();
  return { stop: () => stopping.abort(), done: run(stopping.signal) };
}
