import { randomUUID } from 'node:crypto';
import {
  type Bus,
  type BusMessage,
  connectNatsBus,
  DEFAULT_LANES_SETTINGS,
  type NatsStreamSettings,
} from '@jambus/bus';
import { type BusNames, busNames, fromHeaders, toHeaders } from '@jambus/schema';
import { connect, headers, type JsMsg, type NatsConnection } from 'nats';
import { startTcpProxy, type TcpProxy } from '../fixtures/tcp-proxy.ts';
import type { BusHarness, BusHarnessFactory } from './bus-harness.ts';

/** A short lease, so that a death is noticed soon. */
const LEASE_MS = 1_000;
/**
 * Readers ask for messages so often. In a cluster a request can come to the server of a consumer before that consumer, and is lost;
 * the client notices by the silence after that time.
 */
const ASK_AGAIN_MS = 2_000;

export interface NatsHarnessOptions {
  /** Port of a server on the loopback interface. */
  readonly port: () => number;
  /** As many as the server can make. */
  readonly partitions: number;
  /** Copies of what is stored; left out: one. */
  readonly replicas?: number;
}

/** Streams of its own for each case, on a server that all share; each adapter is connected by a proxy that can be cut. */
export function natsHarness(options: NatsHarnessOptions): BusHarnessFactory {
  return {
    // The subject of a command is its call.
    capabilities: { recordsWithoutCall: false, sharing: options.partitions > 1, outages: true },
    open: () => openNatsHarness(options),
  };
}

async function openNatsHarness({ port, partitions, replicas = 1 }: NatsHarnessOptions): Promise<BusHarness> {
  const names = busNames(`test-${randomUUID().slice(0, 8)}`);
  const streams: Partial<NatsStreamSettings> = { partitions, replicas, storage: 'memory', maxBytes: 16 * 1024 * 1024 };
  const proxies = new Map<Bus, TcpProxy>();
  const nc = await connect({ port: port() });
  const js = nc.jetstream();
  // A microservice can only publish to what is there, which the first adapter sees to.
  const first = await connectNatsBus({
    connection: { servers: [`nats://127.0.0.1:${port()}`] },
    names,
    streams,
    leaseMs: LEASE_MS,
    onTrouble: () => {},
  });
  await first.close();

  return {
    partitions,
    patienceMs: 45_000,
    connect: async ({ maxUnfinished, onTrouble = () => {} } = {}) => {
      const proxy = await startTcpProxy(port());
      const limits = { ...DEFAULT_LANES_SETTINGS.limits, ...(maxUnfinished !== undefined && { maxUnfinished }) };
      const bus = await connectNatsBus({
        connection: { servers: [`nats://127.0.0.1:${proxy.port}`] },
        names,
        streams,
        leaseMs: LEASE_MS,
        lanes: { ...DEFAULT_LANES_SETTINGS, limits, backoff: { firstMs: 5, maxMs: 50 } },
        onTrouble,
      });
      proxies.set(bus, proxy);
      return bus;
    },
    kill: async (bus) => proxies.get(bus)?.cut(),
    produce: async ({ callSid, attributes, payload }) => {
      const found = attributes === undefined ? undefined : headers();
      for (const [name, value] of Object.entries(toHeaders(attributes ?? {}, 'ce-'))) found?.append(name, value);
      await js.publish(`${names.commands}.${callSid}`, payload, found === undefined ? {} : { headers: found });
    },
    read: (channel, signal) => messagesOf(nc, names, channel, signal),
    outage: async () => {
      const affected = [...proxies.values()];
      for (const proxy of affected) proxy.cut();
      return async () => {
        for (const proxy of affected) proxy.restore();
      };
    },
    close: async () => {
      await Promise.all([...proxies.values()].map((proxy) => proxy.close()));
      const jsm = await nc.jetstreamManager();
      for await (const { config } of jsm.streams.list()) {
        if (config.name.includes(names.prefix)) await jsm.streams.delete(config.name);
      }
      await nc.close();
    },
  };
}

async function* messagesOf(
  nc: NatsConnection,
  names: BusNames,
  channel: BusMessage['channel'],
  signal: AbortSignal,
): AsyncGenerator<BusMessage, void, undefined> {
  const consumer = await nc.jetstream().consumers.get(names[channel].replaceAll('.', '-'), {});
  const messages = await consumer.consume({ expires: ASK_AGAIN_MS });
  const stop = () => void messages.close();
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  for await (const message of messages) yield busMessage(channel, names, message);
}

function busMessage(
  channel: BusMessage['channel'],
  names: BusNames,
  { subject, headers: found, data }: JsMsg,
): BusMessage {
  const [callSid = '', ...type] = subject.slice(names[channel].length + 1).split('.');
  const pairs = [...(found ?? [])].map(([name, values]) => [name, values[0] ?? ''] as const);
  return { channel, callSid, type: type.join(':'), attributes: fromHeaders(pairs, 'ce-'), payload: data };
}
