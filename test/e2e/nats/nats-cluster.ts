import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { fromHeaders } from '@jambus/schema';
import { connect, type NatsConnection } from 'nats';
import { freePort } from '../../brokers/provisioning/free-port.ts';
import {
  type Balancer,
  type JambusProcess,
  startBalancer,
  startJambusProcess,
  startTcpProxy,
  type TcpProxy,
} from '../../fixtures/index.ts';

const TOKEN = 'a-token-for-tests-only';

/** A message of a stream, in stream order. */
export interface StreamMessage {
  readonly callSid: string;
  readonly attributes: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came
  readonly json: any;
}

/** Gateways and adapters as processes of their own, between a nats-server and a balancer for jambonz. */
export interface NatsCluster {
  readonly prefix: string;
  readonly websocketUrl: string;
  readonly gateways: readonly JambusProcess[];
  readonly adapters: readonly JambusProcess[];
  /** The links between them, which can be cut: one for each pair. */
  readonly links: readonly TcpProxy[];
  startPublisher(commandsPerCall: number, pauseMs: number): Promise<Publisher>;
  /** Everything a stream has now. */
  read(channel: 'events' | 'results' | 'deadletters'): Promise<StreamMessage[]>;
  close(): Promise<void>;
}

export interface Publisher {
  /** Resolves when it has served every call it has seen. */
  finish(): Promise<{ readonly published: number; readonly calls: number }>;
}

export async function startNatsCluster(natsUrl: string, gatewayCount = 2, adapterCount = 2): Promise<NatsCluster> {
  const prefix = `e2e-${randomUUID().slice(0, 8)}`;
  const gateways: JambusProcess[] = [];
  const adapters: JambusProcess[] = [];
  const links: TcpProxy[] = [];
  const websocketPorts: number[] = [];
  const linkPorts: number[] = [];
  for (let n = 1; n <= gatewayCount; n++) {
    const [websocketPort, linkPort] = [await freePort(), await freePort()];
    websocketPorts.push(websocketPort);
    linkPorts.push(linkPort);
    gateways.push(
      await startJambusProcess('gateway', linkPort, {
        JAMBUS_GATEWAY_ID: `gateway-${n}`,
        JAMBUS_WEBSOCKET_HOST: '127.0.0.1',
        JAMBUS_WEBSOCKET_PORT: String(websocketPort),
        JAMBUS_LINK_HOST: '127.0.0.1',
        JAMBUS_LINK_PORT: String(linkPort),
        JAMBUS_LINK_TOKEN: TOKEN,
        JAMBUS_DRAIN_MS: '3000',
      }),
    );
  }
  for (let n = 1; n <= adapterCount; n++) {
    const ways = await Promise.all(linkPorts.map((port) => startTcpProxy(port)));
    links.push(...ways);
    const adminPort = await freePort();
    adapters.push(
      await startJambusProcess('adapter', adminPort, {
        JAMBUS_BUS: 'nats',
        JAMBUS_NATS_URL: natsUrl,
        JAMBUS_PREFIX: prefix,
        JAMBUS_GATEWAYS: ways.map(({ port }) => `ws://127.0.0.1:${port}`).join(','),
        JAMBUS_LINK_TOKEN: TOKEN,
        JAMBUS_ADMIN_HOST: '127.0.0.1',
        JAMBUS_ADMIN_PORT: String(adminPort),
      }),
    );
  }
  const balancer: Balancer = await startBalancer(websocketPorts);
  const nc = await connect({ servers: natsUrl, maxReconnectAttempts: -1, reconnectTimeWait: 200 });
  const publishers: ChildProcess[] = [];

  return {
    prefix,
    websocketUrl: `ws://127.0.0.1:${balancer.port}/ivr`,
    gateways,
    adapters,
    links,
    async startPublisher(commandsPerCall, pauseMs) {
      const script = fileURLToPath(new URL('./publisher.mjs', import.meta.url));
      const child = spawn(process.execPath, [script, natsUrl, prefix, String(commandsPerCall), String(pauseMs)], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      publishers.push(child);
      const lines = createInterface(child.stdout);
      await once(lines, 'line');
      return {
        async finish() {
          child.stdin.write('finish\n');
          const [line] = (await once(lines, 'line')) as [string];
          return JSON.parse(line);
        },
      };
    },
    read: (channel) => readStream(nc, prefix, channel),
    async close() {
      for (const child of publishers) child.kill('SIGKILL');
      await Promise.all(adapters.map((adapter) => adapter.kill()));
      await Promise.all(gateways.map((gateway) => gateway.kill()));
      await Promise.all(links.map((link) => link.close()));
      await balancer.close();
      await nc.close();
    },
  };
}

async function readStream(nc: NatsConnection, prefix: string, channel: string): Promise<StreamMessage[]> {
  const jsm = await nc.jetstreamManager();
  const stream = `${prefix}-${channel}`;
  const { state } = await jsm.streams.info(stream);
  if (state.messages === 0) return [];
  const messages: StreamMessage[] = [];
  const consumer = await nc.jetstream().consumers.get(stream, {});
  const reading = await consumer.consume({ max_messages: 2_000 });
  for await (const message of reading) {
    const [callSid = ''] = message.subject.slice(prefix.length + channel.length + 2).split('.');
    const pairs = [...(message.headers ?? [])].map(([name, values]) => [name, values[0] ?? ''] as const);
    messages.push({ callSid, attributes: fromHeaders(pairs, 'ce-'), json: parse(message.data) });
    if (message.seq >= state.last_seq) break;
  }
  return messages;
}

function parse(data: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(data).toString());
  } catch {
    return undefined;
  }
}
