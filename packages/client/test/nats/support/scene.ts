import { randomUUID } from 'node:crypto';
import { type BusNames, busNames, type CommandResult, fromHeaders, toHeaders } from '@jambus/schema';
import { connect, headers, type NatsConnection, StorageType } from 'nats';
import type { NatsServer } from '../../../../../test/brokers/nats/index.ts';
import { startTcpProxy, type TcpProxy } from '../../../../../test/fixtures/tcp-proxy.ts';
import type { JambusClient } from '../../../src/index.ts';
import { connectNatsClient, type NatsClientOptions } from '../../../src/nats/index.ts';

/** A command as it reached the stream. */
export interface SeenCommand {
  readonly callSid: string;
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly payload: string;
}

/** An event to publish; what is left out gets a value. */
export interface SomeEvent {
  readonly callSid?: string;
  readonly sequence?: number;
  readonly type?: string;
  readonly data?: object;
  readonly attributes?: Readonly<Record<string, string>>;
  /** In place of a message made of `type` and `data`. */
  readonly payload?: string;
}

/** Names of its own on a shared server, and a stand-in for the adapter. */
export interface Scene {
  readonly names: BusNames;
  readonly nc: NatsConnection;
  streamOf(channel: 'commands' | 'events' | 'results'): string;
  /** What the stand-in has read of the stream. */
  readonly commands: SeenCommand[];
  readonly troubles: string[];
  /** Called by the stand-in for each command. By default it answers `delivered`. */
  onCommand: (command: SeenCommand) => Promise<void> | void;
  client(options?: Partial<NatsClientOptions>): Promise<JambusClient>;
  /** A client whose connection can be cut. */
  cuttable(options?: Partial<NatsClientOptions>): Promise<{ readonly client: JambusClient; readonly proxy: TcpProxy }>;
  result(result: Partial<CommandResult> & { readonly commandId: string }): Promise<void>;
  event(event?: SomeEvent): Promise<void>;
  close(): Promise<void>;
}

export const CALL = 'fea06c16-2b4c-4f2b-9f4e-2a8d0d3d9a51';

/** The streams as the adapter makes them, but in memory unless told otherwise. */
export async function openScene(server: NatsServer, storage = StorageType.Memory): Promise<Scene> {
  const names = busNames(`test-${randomUUID().slice(0, 8)}`);
  const nc = await connect({ servers: server.url, maxReconnectAttempts: -1, reconnectTimeWait: 50 });
  const jsm = await nc.jetstreamManager();
  const js = nc.jetstream();
  const streamOf: Scene['streamOf'] = (channel) => names[channel].replaceAll('.', '-');
  const closing: (() => Promise<unknown>)[] = [];
  for (const [channel, subject] of [
    ['commands', `${names.commands}.*`],
    ['events', `${names.events}.>`],
    ['results', `${names.results}.*`],
  ] as const) {
    const name = streamOf(channel);
    await jsm.streams.add({ name, subjects: [subject], storage });
    closing.push(() => jsm.streams.delete(name));
  }

  /** As an adapter does: until the stream has it, and once. */
  const publish = async (subject: string, payload: string, found = headers()): Promise<void> => {
    const how = { headers: found, msgID: randomUUID(), timeout: 500 };
    while (!nc.isClosed()) {
      const answer = await js.publish(subject, payload, how).catch(() => undefined);
      if (answer !== undefined) return;
    }
  };

  const scene: Scene = {
    names,
    nc,
    streamOf,
    commands: [],
    troubles: [],
    onCommand: ({ callSid, id }) => scene.result({ callSid, commandId: id }),
    client: async (options) => {
      const client = await connectNatsClient({
        servers: [server.url],
        prefix: names.prefix,
        drainMs: 50,
        onTrouble: (error) => scene.troubles.push(`${error.code}: ${error.message}`),
        ...options,
      });
      closing.push(() => client.close());
      return client;
    },
    cuttable: async (options) => {
      const proxy = await startTcpProxy(server.port);
      closing.push(() => proxy.close());
      const client = await scene.client({ servers: [`nats://127.0.0.1:${proxy.port}`], ...options });
      return { client, proxy };
    },
    result: async (given) => {
      const result = { callSid: CALL, status: 'delivered', at: new Date().toISOString(), ...given };
      await publish(`${names.results}.${result.callSid}`, JSON.stringify(result));
    },
    event: async ({ callSid = CALL, sequence = 1, type = 'verb:status', data = { event: 'x' }, ...more } = {}) => {
      const attributes = {
        specversion: '1.0',
        id: `${callSid}/1/${sequence}`,
        type: `jambonz.${type.replaceAll(':', '.')}`,
        time: '2026-11-22T17:34:11.578Z',
        sequence: String(sequence),
        epoch: '1',
        application: '/ivr',
        ...more.attributes,
      };
      const found = headers();
      for (const [name, value] of Object.entries(toHeaders(attributes, 'ce-'))) found.append(name, value);
      const payload = more.payload ?? JSON.stringify({ type, call_sid: callSid, data });
      await publish(`${names.events}.${callSid}.${type.replaceAll(':', '.')}`, payload, found);
    },
    close: async () => {
      for (const close of closing.splice(0).reverse()) await close();
      await nc.close();
    },
  };
  const consumer = await js.consumers.get(streamOf('commands'));
  const messages = await consumer.consume({
    callback: (message) => {
      const pairs = [...(message.headers ?? [])].map(([name, values]) => [name, values[0] ?? ''] as const);
      const attributes: Record<string, string> = {
        ...fromHeaders(pairs, 'ce-'),
        'nats-msg-id': message.headers?.get('Nats-Msg-Id') ?? '',
      };
      const callSid = message.subject.slice(names.commands.length + 1);
      const command = { callSid, id: attributes['id'] ?? '', attributes, payload: message.string() };
      scene.commands.push(command);
      void scene.onCommand(command);
    },
  });
  closing.push(() => messages.close());
  return scene;
}

/** The next so many items of a loop, which stays where it is then. */
export async function take<Item>(items: AsyncIterable<Item>, count: number): Promise<Item[]> {
  const iterator = items[Symbol.asyncIterator]();
  const taken: Item[] = [];
  while (taken.length < count) {
    const { value, done } = await iterator.next();
    if (done) break;
    taken.push(value);
  }
  return taken;
}
