import { randomUUID } from 'node:crypto';
import { type Bus, type BusMessage, connectKafkaBus, DEFAULT_LANES_SETTINGS, type KafkaBusOptions } from '@jambus/bus';
import { type BusNames, busNames, fromHeaders, toHeaders } from '@jambus/schema';
import kafkajs, { type Kafka, type KafkaMessage } from 'kafkajs';
import { startTcpProxy, type TcpProxy } from '../fixtures/tcp-proxy.ts';
import type { BusHarness, BusHarnessFactory } from './bus-harness.ts';

/** A short session, so that a death is noticed soon; the broker has to allow it. */
export const SESSION_MS = 1_500;
export const SHORT_SESSIONS = { 'group.min.session.timeout.ms': '500' };
const PARTITIONS = 4;

export interface KafkaHarnessOptions {
  /** Ports of the brokers of a cluster on the loopback interface. */
  readonly ports: () => readonly number[];
}

/** Topics of its own for each case, on a broker that all share; each adapter is connected by a proxy that can be cut. */
export function kafkaHarness({ ports }: KafkaHarnessOptions): BusHarnessFactory {
  return {
    capabilities: { recordsWithoutCall: true, sharing: true, outages: true },
    open: () => openKafkaHarness(ports()),
  };
}

/** The other end of the bus: a microservice, and who looks after the broker. */
export function plainClient(port: number): Kafka {
  return new kafkajs.Kafka({ brokers: [`127.0.0.1:${port}`], clientId: 'test', logLevel: kafkajs.logLevel.NOTHING });
}

/** How to reach the broker through a proxy, whatever it says of itself. */
export function through(proxy: TcpProxy): KafkaBusOptions['connection'] {
  const address = { host: '127.0.0.1', port: proxy.port };
  return { brokers: [`${address.host}:${address.port}`], addressOf: () => address };
}

/** The same for each broker of a cluster. */
function throughAll(proxies: ReadonlyMap<number, TcpProxy>): KafkaBusOptions['connection'] {
  const host = '127.0.0.1';
  return {
    brokers: [...proxies.keys()].map((port) => `${host}:${port}`),
    addressOf: ({ port }) => ({ host, port: proxies.get(port)?.port ?? port }),
  };
}

async function openKafkaHarness(ports: readonly number[]): Promise<BusHarness> {
  const [port = 0] = ports;
  const names = busNames(`test-${randomUUID().slice(0, 8)}`);
  const topics = { partitions: PARTITIONS };
  const proxies = new Map<Bus, readonly TcpProxy[]>();
  const kafka = plainClient(port);
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  // A microservice can only publish to what is there, which the first adapter sees to.
  const direct = { brokers: [`127.0.0.1:${port}`] };
  await (await connectKafkaBus({ connection: direct, names, topics, onTrouble: () => {} })).close();

  return {
    partitions: PARTITIONS,
    patienceMs: 45_000,
    connect: async ({ maxUnfinished, onTrouble = () => {} } = {}) => {
      const ways = new Map<number, TcpProxy>();
      for (const each of ports) ways.set(each, await startTcpProxy(each));
      const limits = { ...DEFAULT_LANES_SETTINGS.limits, ...(maxUnfinished !== undefined && { maxUnfinished }) };
      const bus = await connectKafkaBus({
        connection: throughAll(ways),
        names,
        topics,
        sessionMs: SESSION_MS,
        lanes: { ...DEFAULT_LANES_SETTINGS, limits, backoff: { firstMs: 5, maxMs: 50 } },
        onTrouble,
      });
      proxies.set(bus, [...ways.values()]);
      return bus;
    },
    kill: async (bus) => {
      for (const proxy of proxies.get(bus) ?? []) proxy.cut();
    },
    produce: async ({ callSid, attributes, payload }) => {
      const headers = attributes === undefined ? {} : { headers: toHeaders(attributes, 'ce_') };
      const message = { key: callSid ?? null, value: Buffer.from(payload), ...headers };
      await producer.send({ topic: names.commands, messages: [message] });
    },
    read: (channel, signal) => messagesOf(kafka, names, channel, signal),
    outage: async () => {
      const affected = [...proxies.values()].flat();
      for (const proxy of affected) proxy.cut();
      return async () => {
        for (const proxy of affected) proxy.restore();
      };
    },
    close: async () => {
      await Promise.all([...proxies.values()].flat().map((proxy) => proxy.close()));
      await producer.disconnect();
      const admin = kafka.admin();
      await admin.connect();
      await admin.deleteTopics({ topics: [names.commands, names.events, names.results, names.deadletters] });
      await admin.disconnect();
    },
  };
}

async function* messagesOf(
  kafka: Kafka,
  names: BusNames,
  channel: BusMessage['channel'],
  signal: AbortSignal,
): AsyncGenerator<BusMessage, void, undefined> {
  const found: BusMessage[] = [];
  let wake = () => {};
  signal.addEventListener('abort', () => wake(), { once: true });
  // It comes back when brokers do, and not when it is ended.
  const retry = { restartOnFailure: async () => !signal.aborted };
  const consumer = kafka.consumer({ groupId: `reader-${randomUUID()}`, maxWaitTimeInMs: 50, retry });
  await consumer.connect();
  await consumer.subscribe({ topics: [names[channel]], fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => {
      found.push(busMessage(channel, message));
      wake();
    },
  });
  try {
    while (!signal.aborted) {
      const next = found.shift();
      if (next !== undefined) yield next;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    await consumer.disconnect();
  }
}

function busMessage(channel: BusMessage['channel'], { key, value, headers = {} }: KafkaMessage): BusMessage {
  const pairs = Object.entries(headers).map(([name, text]) => [name, String(text)] as const);
  const attributes = fromHeaders(pairs, 'ce_');
  return { channel, callSid: String(key ?? ''), type: '', attributes, payload: value ?? new Uint8Array(0) };
}
