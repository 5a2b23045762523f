import { connect, createInbox } from 'nats';
import { startNatsCluster, startNatsServer } from '../brokers/nats/index.ts';
import type { BenchBroker } from './bench-broker.ts';

export interface NatsBenchOptions {
  /** Copies of what is stored, each on a server of its own. Left out: one. */
  readonly replicas?: number;
  /** Whether the servers sync each write to disk before they confirm it. Left out: no. */
  readonly syncAlways?: boolean;
}

const STORED = 'bench';

/** Servers with streams on disk, as they are by default unless told otherwise. */
export async function natsBenchBroker({
  replicas = 1,
  syncAlways = false,
}: NatsBenchOptions = {}): Promise<BenchBroker> {
  const { servers, stop } = await startServers(replicas, syncAlways);
  const [first] = servers;
  if (first === undefined) throw new Error('a bench needs a server');
  const urls = servers.map(({ url }) => url);
  const nc = await connect({ servers: urls });
  const jsm = await nc.jetstreamManager();
  await jsm.streams.add({ name: STORED, subjects: [STORED], num_replicas: replicas });
  // Confirmed like every publish to a stream; who looks at it does not matter here.
  const confirmations = createInbox();
  nc.subscribe(confirmations, { callback: () => {} });
  const storeOne = storing((payload, reply) => nc.publish(STORED, payload, { reply }));
  nc.subscribe(`${storeOne.inbox}.*`, { callback: (_, { subject, data }) => storeOne.onAnswer(subject, data) });

  return {
    name: `NATS ${first.version}`,
    settings: {
      JAMBUS_BUS: 'nats',
      JAMBUS_NATS_URL: urls.join(','),
      JAMBUS_NATS_REPLICAS: String(replicas),
      JAMBUS_LOG_LEVEL: 'error',
    },
    pid: first.pid ?? 0,
    async listen(onNewCall, onStatus) {
      nc.subscribe('jambonz.events.*.session.new', {
        callback: (_, { subject }) => onNewCall(subject.split('.')[2] ?? ''),
      });
      nc.subscribe('jambonz.events.*.verb.status', { callback: (_, { data }) => onStatus(data) });
      await nc.flush();
    },
    publish: (callSid, payload) => nc.publish(`jambonz.commands.${callSid}`, payload, { reply: confirmations }),
    store: storeOne.store,
    async close() {
      await nc.close();
      await stop();
    },
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
