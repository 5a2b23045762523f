import { randomUUID } from 'node:crypto';
import { fromHeaders } from '@jambus/schema';
import { connect, type JetStreamManager, type NatsConnection } from 'nats';
import type { NatsForTests } from '../../brokers/nats/index.ts';
import type { ChannelMessage, FaultyBroker } from '../broker.ts';
import { startPublisher } from '../start-publisher.ts';

/** Partitions that a new stream of commands has. */
const PARTITIONS = 8;

/** A nats-server, and streams of its own. */
export async function startNatsBroker(nats: NatsForTests): Promise<FaultyBroker> {
  const server = await nats.start();
  const prefix = `faults-${randomUUID().slice(0, 8)}`;
  const nc = await connect({ servers: server.url, maxReconnectAttempts: -1, reconnectTimeWait: 200 });
  const jsm = await nc.jetstreamManager();
  const ends: (() => void)[] = [];
  return {
    dropsRepeats: true,
    settings: { JAMBUS_BUS: 'nats', JAMBUS_NATS_URL: server.url, JAMBUS_PREFIX: prefix },
    async startPublisher(commandsPerCall, pauseMs) {
      const args = [server.url, prefix, commandsPerCall, pauseMs];
      const [publisher, end] = await startPublisher('./nats/publisher.mjs', args);
      ends.push(end);
      return publisher;
    },
    stored: async () => (await jsm.streams.info(`${prefix}-commands`)).state.last_seq,
    read: (channel) => readStream(nc, jsm, prefix, channel),
    lag: () => lagOf(nc, jsm, prefix),
    kill: () => server.kill(),
    restart: () => server.restart(),
    async close() {
      for (const end of ends) end();
      await nc.close();
      await server.stop();
    },
  };
}

async function readStream(
  nc: NatsConnection,
  jsm: JetStreamManager,
  prefix: string,
  channel: string,
): Promise<ChannelMessage[]> {
  const stream = `${prefix}-${channel}`;
  const { state } = await jsm.streams.info(stream);
  if (state.messages === 0) return [];
  const messages: ChannelMessage[] = [];
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

/** Messages of each partition behind its committed position. */
async function lagOf(nc: NatsConnection, jsm: JetStreamManager, prefix: string): Promise<number> {
  const positions = await nc.jetstream().views.kv(`${prefix}-commands-positions`, { bindOnly: true });
  const { state } = await jsm.streams.info(`${prefix}-commands`, { subjects_filter: `${prefix}.commands.>` });
  let lag = 0;
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const committed = JSON.parse((await positions.get(String(partition)))?.string() ?? '{"sequence":0}').sequence;
    for (const subject of Object.keys(state.subjects ?? {})) {
      if (!subject.startsWith(`${prefix}.commands.${partition}.`)) continue;
      const last = await jsm.streams.getMessage(`${prefix}-commands`, { last_by_subj: subject });
      if (last.seq > committed) lag++;
    }
  }
  return lag;
}

function parse(data: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(data).toString());
  } catch {
    return undefined;
  }
}
