import { randomUUID } from 'node:crypto';
import { connect, type JsMsg, type Msg, type NatsConnection } from 'nats';
import type { NatsForTests } from '../../brokers/nats/index.ts';
import type { FaultyBroker } from '../broker.ts';
import { ownHeaders } from '../headers.ts';
import type { Copy, StoredCommand } from '../history/index.ts';
import { storedCommand } from '../stored-command.ts';
import { lagOf } from './lag.ts';

const SESSION_MS = 5_000;
const REQUEST_MS = 5_000;
const WATCHED = ['results', 'events'] as const;

/** Servers that somebody has started. */
export interface NatsServers {
  readonly version: string;
  readonly urls: readonly string[];
  /** Of the streams that are made. */
  readonly replicas: number;
  kill(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A nats-server, and streams of its own. */
export async function startNatsBroker(nats: NatsForTests): Promise<FaultyBroker> {
  const server = await nats.start();
  return faultyNats({
    version: server.version,
    urls: [server.url],
    replicas: 1,
    kill: () => server.kill(),
    restart: () => server.restart(),
    stop: () => server.stop(),
  });
}

/** Streams of their own on these servers. */
export async function faultyNats(servers: NatsServers): Promise<FaultyBroker & { readonly nc: NatsConnection }> {
  const { urls, version } = servers;
  const prefix = `faults-${randomUUID().slice(0, 8)}`;
  const nc = await connect({ servers: [...urls], maxReconnectAttempts: -1, reconnectTimeWait: 100 });
  const jsm = await nc.jetstreamManager({ timeout: REQUEST_MS });
  const commands = `${prefix}-commands`;
  const seen: Record<Copy['channel'], Copy[]> = { results: [], events: [], deadletters: [] };
  const former: StoredCommand[] = [];
  let log = 0;

  const storedNow = async (): Promise<StoredCommand[]> =>
    (await readStream(nc, commands)).map((message) => {
      const [partition = '', callSid = ''] = message.subject.slice(prefix.length + '.commands.'.length).split('.');
      const place = { log, partition: Number(partition), offset: message.seq };
      return storedCommand(place, callSid, headersOf(message), message.string(), timeOf(message));
    });

  return {
    nc,
    name: `NATS ${version}`,
    settings: {
      JAMBUS_BUS: 'nats',
      JAMBUS_NATS_URL: urls.join(','),
      JAMBUS_NATS_REPLICAS: String(servers.replicas),
      JAMBUS_PREFIX: prefix,
    },
    publisherArgs: ['nats', urls.join(','), prefix],
    sessionMs: SESSION_MS,
    async watch() {
      for (const channel of WATCHED) {
        nc.subscribe(`${prefix}.${channel}.>`, {
          callback: (error, message) => {
            if (error !== null) return;
            const copies = seen[channel];
            copies.push(copyOf(channel, prefix, message, copies.length, Date.now()));
          },
        });
      }
      await nc.flush();
    },
    // The leader alone tells of its stream, and a stream without one takes nothing.
    needs: async () => (await streamsOf(nc, prefix)).map((name) => () => jsm.streams.info(name)),
    stored: async () => [...former, ...(await storedNow())],
    read: async (channel) =>
      (await readStream(nc, `${prefix}-${channel}`)).map((message) =>
        copyOf(channel, prefix, message, message.seq, timeOf(message)),
      ),
    seen: (channel) => seen[channel],
    lag: () => lagOf(nc, prefix),
    kill: () => servers.kill(),
    restart: () => servers.restart(),
    async makeAnew() {
      former.push(...(await storedNow()));
      const { config } = await jsm.streams.info(commands);
      await jsm.streams.delete(commands);
      log += 1;
      await jsm.streams.add(config);
    },
    async close() {
      await nc.close();
      await servers.stop();
    },
  };
}

/** The names of the streams that adapters with this prefix have made, and of those of their buckets. */
export async function streamsOf(nc: NatsConnection, prefix: string): Promise<string[]> {
  const jsm = await nc.jetstreamManager({ timeout: REQUEST_MS });
  const names: string[] = [];
  for await (const name of jsm.streams.names()) {
    if (name.startsWith(`${prefix}-`) || name.startsWith(`KV_${prefix}-`)) names.push(name);
  }
  return names;
}

async function readStream(nc: NatsConnection, stream: string): Promise<JsMsg[]> {
  const { state } = await (await nc.jetstreamManager()).streams.info(stream);
  if (state.messages === 0) return [];
  const messages: JsMsg[] = [];
  const consumer = await nc.jetstream().consumers.get(stream, {});
  const reading = await consumer.consume({ max_messages: 2_000 });
  for await (const message of reading) {
    messages.push(message);
    if (message.seq >= state.last_seq) break;
  }
  return messages;
}

function copyOf(channel: Copy['channel'], prefix: string, message: Msg | JsMsg, offset: number, at: number): Copy {
  const [callSid = ''] = message.subject.slice(prefix.length + channel.length + 2).split('.');
  return { channel, callSid, partition: 0, offset, at, headers: headersOf(message), payload: message.string() };
}

function headersOf({ headers }: Msg | JsMsg): Record<string, string> {
  return ownHeaders([...(headers ?? [])].map(([name, values]) => [name, values[0] ?? ''] as const));
}

function timeOf({ info }: JsMsg): number {
  return Math.floor(info.timestampNanos / 1_000_000);
}
