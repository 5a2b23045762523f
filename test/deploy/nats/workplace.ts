import { setTimeout as sleep } from 'node:timers/promises';
import { type Bus, type BusTrouble, type CommandRecord, connectNatsBus, type NatsStreamSettings } from '@jambus/bus';
import { connectNatsClient } from '@jambus/client/nats';
import { busNames } from '@jambus/schema';
import { connect, type NatsConnection } from 'nats';
import type { NatsServer } from '../../brokers/nats/index.ts';
import { PASSWORD, type User } from './rights.ts';

const PATIENCE_MS = 45_000;

/** Who is connected to a server, and what it was told. */
export interface Workplace {
  readonly prefix: string;
  /** What anybody was told of trouble. */
  readonly told: readonly string[];
  /** An adapter that answers every command with a result; one that says `bad` becomes a dead letter. */
  adapter(
    streams?: Partial<NatsStreamSettings>,
  ): Promise<{ readonly bus: Bus; readonly handled: readonly string[]; end(): Promise<void> }>;
  client(user?: User): ReturnType<typeof connectNatsClient>;
  /** A connection as others have one. */
  connection(user: User): Promise<NatsConnection>;
  /** Looks again until it is so, or everything is over. */
  until(what: string, condition: () => unknown): Promise<void>;
  close(): Promise<void>;
}

export function workplace(server: NatsServer, prefix = 'jambonz'): Workplace {
  const told: string[] = [];
  const ending: (() => Promise<unknown>)[] = [];
  let over = false;
  const names = busNames(prefix);
  const login = (user: User) => ({
    servers: [server.url],
    user: `${prefix}-${user}`,
    password: PASSWORD,
    inboxPrefix: `_INBOX.${prefix}.${user}`,
  });
  const ended = (end: () => Promise<unknown>): (() => Promise<void>) => {
    ending.push(end);
    return async () => void (await end());
  };
  const onTrouble = (trouble: BusTrouble): void =>
    void told.push('error' in trouble ? trouble.error.message : JSON.stringify(trouble).replaceAll('\\"', '"'));

  return {
    prefix,
    told,
    adapter: async (streams = {}) => {
      const { inboxPrefix: _, ...connection } = login('adapter');
      const bus = await connectNatsBus({
        connection,
        names,
        leaseMs: 1_000,
        streams: { partitions: server.version.startsWith('2.9') ? 1 : 2, maxBytes: 64 * 1024, ...streams },
        connectWithinMs: 5_000,
        onTrouble,
      });
      const handled: string[] = [];
      const stop = new AbortController();
      const running = bus.commands.run(async (record) => {
        const text = Buffer.from(record.payload).toString();
        handled.push(text);
        if (text.includes('bad')) return { kind: 'dead-letter', reason: 'invalid', detail: 'it is bad' };
        await bus.sink.publish([resultOf(record)]);
        return { kind: 'done' };
      }, stop.signal);
      // Told as what it was rejected with, whenever that is.
      running.catch((error: unknown) => told.push(String(error)));
      const end = ended(async () => {
        stop.abort();
        await running.catch(() => {});
        await bus.close();
      });
      return { bus, handled, end };
    },
    client: async (user = 'microservice') => {
      const client = await connectNatsClient({
        ...login(user),
        prefix,
        drainMs: 500,
        onTrouble: (error) => told.push(error.message),
      });
      ended(() => client.close());
      return client;
    },
    connection: async (user) => {
      const nc = await connect({ ...login(user), pass: PASSWORD, reconnect: false });
      void (async () => {
        for await (const { data, permissionContext: missing } of nc.status()) {
          told.push(missing === undefined ? String(data) : `no rights for ${missing.operation} on ${missing.subject}`);
        }
      })();
      ended(() => nc.close());
      return nc;
    },
    until: async (what, condition) => {
      const until = performance.now() + PATIENCE_MS;
      while (!(await condition())) {
        if (over || performance.now() > until) throw new Error(`in vain: ${what}; ${told.join('; ')}`);
        await sleep(20);
      }
    },
    close: async () => {
      over = true;
      for (const end of ending.splice(0).reverse()) await end().catch(() => {});
    },
  };
}

function resultOf({ callSid = '', position, replyTo, attributes, payload }: CommandRecord) {
  const commandId = attributes['id'] ?? position;
  const result = { commandId, callSid, status: 'delivered', at: new Date().toISOString() };
  return {
    channel: 'results' as const,
    callSid,
    type: 'delivered',
    attributes: { id: `result/${position}`, causationid: commandId, size: String(payload.byteLength) },
    payload: Buffer.from(JSON.stringify(result)),
    replyTo,
  };
}
