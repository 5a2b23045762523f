import { busNames, DEFAULT_PREFIX } from '@jambus/schema';
import { AckPolicy, connect, createInbox, nanos, RetentionPolicy, StorageType } from 'nats';
import { startNatsCluster, startNatsServer } from '../brokers/nats/index.ts';
import type { BenchBroker, SharedBroker } from './bench-broker.ts';

export interface NatsBenchOptions {
  /** Copies of what is stored, each on a server of its own. Left out: one. */
  readonly replicas?: number;
  /** Whether the servers sync each write to disk before they confirm it. Left out: no. */
  readonly syncAlways?: boolean;
}

const STORED = 'bench';
const REQUEST_MS = 10_000;
/** As adapters have it by default. */
const MAX_AGE_MS = 3_600_000;

/** Servers with streams on disk, as they are by default unless told otherwise. */
export async function natsBenchBroker(options: NatsBenchOptions = {}): Promise<BenchBroker> {
  const shared = await sharedNats(options);
  const broker = await shared.microservice(DEFAULT_PREFIX);
  const close = async () => {
    await broker.close();
    await shared.close();
  };
  return { ...broker, close };
}

/** The same for several systems. */
export async function sharedNats({ replicas = 1, syncAlways = false }: NatsBenchOptions = {}): Promise<SharedBroker> {
  const { servers, stop } = await startServers(replicas, syncAlways);
  const [first] = servers;
  if (first === undefined) throw new Error('a bench needs a server');
  const urls = servers.map(({ url }) => url);
  const nc = await connect({ servers: urls });
  const jsm = await nc.jetstreamManager();
  await jsm.streams.add({ name: STORED, subjects: [STORED], num_replicas: replicas });
  const name = `NATS ${first.version}`;
  return {
    name,
    servers: urls.join(','),
    microservice: (prefix) => microservice({ name, pid: first.pid ?? 0, urls, replicas }, prefix),
    async prepare(prefix) {
      const { commands, events } = busNames(prefix);
      const stored = {
        storage: StorageType.File,
        retention: RetentionPolicy.Limits,
        num_replicas: replicas,
        max_age: nanos(MAX_AGE_MS),
      };
      const commandStream = commands.replaceAll('.', '-');
      await jsm.streams.add({ name: commandStream, subjects: [`${commands}.*`], ...stored });
      await jsm.streams.add({ name: events.replaceAll('.', '-'), subjects: [`${events}.>`], ...stored });
      await jsm.consumers.add(commandStream, { durable_name: 'glue', ack_policy: AckPolicy.Explicit });
    },
    async forget(prefix) {
      // Streams with a bound reserve the disk for it.
      const names = [...(await jsm.streams.names().next())];
      const own = names.filter((stream) => stream.replace('KV_', '').startsWith(`${prefix}-`));
      await Promise.all(own.map((stream) => jsm.streams.delete(stream)));
    },
    async close() {
      await nc.close();
      await stop();
    },
  };
}

interface Server {
  readonly name: string;
  readonly pid: number;
  readonly urls: string[];
  readonly replicas: number;
}

async function microservice({ name, pid, urls, replicas }: Server, prefix: string): Promise<BenchBroker> {
  const { commands, events, request } = busNames(prefix);
  const nc = await connect({ servers: urls });
  // Confirmed like every publish to a stream; who looks at it does not matter here.
  const confirmations = createInbox();
  nc.subscribe(confirmations, { callback: () => {} });
  const storeOne = storing((payload, reply) => nc.publish(STORED, payload, { reply }));
  nc.subscribe(`${storeOne.inbox}.*`, { callback: (_, { subject, data }) => storeOne.onAnswer(subject, data) });

  return {
    name,
    settings: {
      JAMBUS_BUS: 'nats',
      JAMBUS_NATS_URL: urls.join(','),
      JAMBUS_NATS_REPLICAS: String(replicas),
      JAMBUS_PREFIX: prefix,
      JAMBUS_LOG_LEVEL: 'error',
    },
    pid,
    async listen(onNewCall, onStatus) {
      nc.subscribe(`${events}.*.session.new`, {
        callback: (_, { subject }) => onNewCall(subject.slice(events.length + 1).split('.')[0] ?? ''),
      });
      nc.subscribe(`${events}.*.verb.status`, { callback: (_, { data }) => onStatus(data) });
      await nc.flush();
    },
    publish: (callSid, payload) => nc.publish(`${commands}.${callSid}`, payload, { reply: confirmations }),
    flush: () => nc.flush(),
    async request(callSid, payload) {
      const answer = await nc.request(`${request}.${callSid}`, payload, { timeout: REQUEST_MS });
      if (!answer.string().includes('"delivered"')) throw new Error(`a request came to nothing: ${answer.string()}`);
    },
    store: storeOne.store,
    close: () => nc.close(),
  };
}

async function startServers(replicas: number, syncAlways: boolean) {
  if (replicas > 1) return startNatsCluster(replicas, { syncAlways });
  const server = await startNatsServer({ ...(syncAlways && { syncAlways }) });
  return { servers: [server], stop: () => server.stop() };
}

/** Matches confirmations as they come; a request of the client for each would be what is measured. */
function storing(send: (payload: Buffer, reply: string) => void) {
  const inbox = createInbox();
  const underWay = new Map<string, { readonly resolve: () => void; readonly reject: (error: Error) => void }>();
  let sent = 0;
  return {
    inbox,
    store: (payload: Buffer) =>
      new Promise<void>((resolve, reject) => {
        const reply = `${inbox}.${++sent}`;
        underWay.set(reply, { resolve, reject });
        send(payload, reply);
      }),
    onAnswer(reply: string, data: Uint8Array): void {
      const text = Buffer.from(data).toString();
      const answered = underWay.get(reply);
      underWay.delete(reply);
      if (text.includes('"seq"')) answered?.resolve();
      else answered?.reject(new Error(`NATS does not store a record: ${text}`));
    },
  };
}
