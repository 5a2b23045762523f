import { randomUUID } from 'node:crypto';
import { type BusNames, busNames, fromHeaders, toHeaders } from '@jambus/schema';
import kafkajs, { type Admin, type KafkaMessage } from 'kafkajs';
import type { KafkaBroker } from '../../../../../test/brokers/kafka/index.ts';
import { startTcpProxy, type TcpProxy } from '../../../../../test/fixtures/tcp-proxy.ts';
import { eventually } from '../../../../bus/test/support/eventually.ts';
import type { JambusClient } from '../../../src/index.ts';
import { connectKafkaClient, type KafkaClientOptions } from '../../../src/kafka/index.ts';
import { CALL, type ClientScene, eventOf, resultOf, type SeenCommand } from '../../contract/client-scene.ts';

export interface KafkaScene extends ClientScene {
  readonly names: BusNames;
  readonly admin: Admin;
  client(options?: Partial<KafkaClientOptions>): Promise<JambusClient>;
  cuttable(options?: Partial<KafkaClientOptions>): Promise<{ readonly client: JambusClient; readonly proxy: TcpProxy }>;
  /** A result in some other topic. */
  resultIn(topic: string, result: Parameters<ClientScene['result']>[0]): Promise<void>;
  /** What a group has committed in the events, by partition; -1 where nothing is. */
  committed(group: string): Promise<number[]>;
  /** Resolves when a group has so many members, and all know what is theirs. */
  members(group: string, count: number): Promise<void>;
}

/** A short session, so that a death is noticed soon; the broker has to allow it. */
export const SESSION_MS = 1_500;
export const SHORT_SESSIONS = { 'group.min.session.timeout.ms': '500' };
export const PARTITIONS = 4;
const PATIENCE_MS = 45_000;

/** The topics as the adapter makes them. */
export async function openKafkaScene({ brokers, port }: KafkaBroker): Promise<KafkaScene> {
  const names = busNames(`test-${randomUUID().slice(0, 8)}`);
  const kafka = new kafkajs.Kafka({ brokers: [...brokers], clientId: 'test', logLevel: kafkajs.logLevel.NOTHING });
  const admin = kafka.admin();
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  const topics = [names.commands, names.events, names.results];
  await Promise.all([admin.connect(), producer.connect()]);
  await createTopics(admin, topics);
  const closing: (() => Promise<unknown>)[] = [];

  const client = async (options: Partial<KafkaClientOptions> = {}): Promise<JambusClient> => {
    const connected = await connectKafkaClient({
      brokers,
      prefix: names.prefix,
      drainMs: 500,
      sessionMs: SESSION_MS,
      onTrouble: (error) => scene.troubles.push(`${error.code}: ${error.message}`),
      ...options,
    });
    closing.push(() => connected.close());
    return connected;
  };

  const scene: KafkaScene = {
    names,
    admin,
    commands: [],
    troubles: [],
    onCommand: ({ callSid, id }) => scene.result({ callSid, commandId: id }),
    reconnectsWithinMs: PATIENCE_MS,
    client,
    cuttable: async (options) => {
      const proxy = await startTcpProxy(port);
      closing.push(() => proxy.close());
      const address = { host: '127.0.0.1', port: proxy.port };
      const through = { brokers: [`${address.host}:${address.port}`], addressOf: () => address };
      return { client: await client({ ...through, ...options }), proxy };
    },
    connectionLost: () => eventually(() => expect(scene.troubles).not.toEqual([]), PATIENCE_MS),
    result: (given) => scene.resultIn(names.results, given),
    resultIn: (topic, given) => {
      const result = resultOf(given);
      return send(topic, result.callSid, JSON.stringify(result));
    },
    rawResult: (payload) => send(names.results, CALL, payload),
    event: (event = {}) => {
      const { callSid, attributes, payload } = eventOf(event);
      return send(names.events, callSid, payload, attributes);
    },
    // It keeps none.
    forgetsIds: async () => {},
    // They are fetched whenever there is a member, and nobody can tell.
    fetched: async () => {},
    committed: async (group) => {
      const [found] = await admin.fetchOffsets({ groupId: group, topics: [names.events] });
      return [...(found?.partitions ?? [])]
        .sort((a, b) => a.partition - b.partition)
        .map(({ offset }) => Number(offset));
    },
    members: (group, count) =>
      eventually(async () => {
        const { groups } = await admin.describeGroups([group]);
        expect(groups[0]).toMatchObject({ state: count === 0 ? expect.stringMatching('Empty|Dead') : 'Stable' });
        expect(groups[0]?.members).toHaveLength(count);
      }, PATIENCE_MS),
    close: async () => {
      for (const close of closing.splice(0).reverse()) await close();
      await admin.deleteTopics({ topics });
      await Promise.all([admin.disconnect(), producer.disconnect()]);
    },
  };

  /** One after the other, since what is sent side by side changes places. */
  let sent = Promise.resolve();
  const send = (topic: string, key: string, value: string, attributes = {}): Promise<void> => {
    sent = sent.then(async () => {
      await producer.send({ topic, messages: [{ key, value, headers: toHeaders(attributes, 'ce_') }] });
    });
    return sent;
  };

  let closed = false;
  // It comes back when brokers do, and not when it is ended.
  const retry = { restartOnFailure: async () => !closed };
  const consumer = kafka.consumer({ groupId: `adapter-${names.prefix}`, maxWaitTimeInMs: 20, retry });
  closing.push(() => {
    closed = true;
    return consumer.disconnect();
  });
  await consumer.connect();
  await consumer.subscribe({ topic: names.commands, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => {
      const command = commandOf(message);
      scene.commands.push(command);
      void scene.onCommand(command);
    },
  });
  return scene;
}

/** Resolves when they can be used, which on a busy machine takes a broker a while. */
export async function createTopics(admin: Admin, topics: string[]): Promise<void> {
  await admin.createTopics({
    topics: topics.map((topic) => ({ topic, numPartitions: PARTITIONS })),
    waitForLeaders: false,
  });
  await eventually(async () => {
    const found = await admin.fetchTopicMetadata({ topics });
    const leaders = found.topics.flatMap(({ partitions }) => partitions.map(({ leader }) => leader));
    expect(leaders.filter((leader) => leader >= 0)).toHaveLength(topics.length * PARTITIONS);
  }, PATIENCE_MS);
}

function commandOf({ key, headers = {}, value }: KafkaMessage): SeenCommand {
  const pairs = Object.entries(headers).map(([name, text]) => [name, String(text)] as const);
  const attributes: Record<string, string> = fromHeaders(pairs, 'ce_');
  return { callSid: String(key), id: attributes['id'] ?? '', attributes, payload: String(value) };
}
