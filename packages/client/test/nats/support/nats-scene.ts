import { randomUUID } from 'node:crypto';
import { type BusNames, busNames, fromHeaders, toHeaders } from '@jambus/schema';
import { connect, headers, type NatsConnection, nanos, StorageType } from 'nats';
import type { NatsServer } from '../../../../../test/brokers/nats/index.ts';
import { startTcpProxy } from '../../../../../test/fixtures/tcp-proxy.ts';
import { eventually } from '../../../../bus/test/support/eventually.ts';
import type { JambusClient } from '../../../src/index.ts';
import { connectNatsClient, type NatsClientOptions } from '../../../src/nats/index.ts';
import { CALL, type ClientScene, eventOf, resultOf } from '../../contract/client-scene.ts';

export interface NatsScene extends ClientScene {
  readonly names: BusNames;
  readonly nc: NatsConnection;
  streamOf(channel: 'commands' | 'events' | 'results'): string;
  cuttable(options?: Partial<NatsClientOptions>): ReturnType<ClientScene['cuttable']>;
}

/** The streams as the adapter makes them, but in memory unless told otherwise. */
export async function openNatsScene(server: NatsServer, storage = StorageType.Memory): Promise<NatsScene> {
  const names = busNames(`test-${randomUUID().slice(0, 8)}`);
  const nc = await connect({ servers: server.url, maxReconnectAttempts: -1, reconnectTimeWait: 50 });
  const jsm = await nc.jetstreamManager();
  const js = nc.jetstream();
  const streamOf: NatsScene['streamOf'] = (channel) => names[channel].replaceAll('.', '-');
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

  const client = async (options: Partial<NatsClientOptions> = {}): Promise<JambusClient> => {
    const connected = await connectNatsClient({
      servers: [server.url],
      prefix: names.prefix,
      drainMs: 50,
      onTrouble: (error) => scene.troubles.push(`${error.code}: ${error.message}`),
      ...options,
    });
    closing.push(() => connected.close());
    return connected;
  };

  const scene: NatsScene = {
    names,
    nc,
    streamOf,
    commands: [],
    troubles: [],
    onCommand: ({ callSid, id }) => scene.result({ callSid, commandId: id }),
    // Before it would ask for the confirmation of what it sent last again.
    reconnectsWithinMs: 4_500,
    client,
    cuttable: async (options) => {
      const proxy = await startTcpProxy(server.port);
      closing.push(() => proxy.close());
      return { client: await client({ servers: [`nats://127.0.0.1:${proxy.port}`], ...options }), proxy };
    },
    connectionLost: () => eventually(() => expect(scene.troubles.join()).toContain('the connection to')),
    result: async (given) => {
      const result = resultOf(given);
      await publish(`${names.results}.${result.callSid}`, JSON.stringify(result));
    },
    rawResult: async (payload) => {
      await js.publish(`${names.results}.${CALL}`, payload);
    },
    event: async (event = {}) => {
      const { callSid, type, attributes, payload } = eventOf(event);
      const found = headers();
      for (const [name, value] of Object.entries(toHeaders(attributes, 'ce-'))) found.append(name, value);
      await publish(`${names.events}.${callSid}.${type.replaceAll(':', '.')}`, payload, found);
    },
    forgetsIds: async () => {
      await jsm.streams.update(streamOf('commands'), { duplicate_window: nanos(100) });
    },
    fetched: (durable, count) =>
      eventually(async () => {
        expect((await jsm.consumers.info(streamOf('events'), durable)).num_ack_pending).toBe(count);
      }),
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
