// Compiled with the package, which knows nothing of jest otherwise.
/// <reference types="jest" />
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Bus,
  type BusMessage,
  type BusTrouble,
  type CommandHandler,
  connectKafkaBus,
  type KafkaBusOptions,
} from '@jambus/bus';
import { type BusNames, busNames, type Channel } from '@jambus/schema';
import kafkajs, { type Admin, type IHeaders, type KafkaMessage, type Producer } from 'kafkajs';
import { startTcpProxy, type TcpProxy } from '../fixtures/tcp-proxy.ts';
import { eventually, type Handling, handleOn } from './driver-support.ts';
import { plainClient, SESSION_MS } from './kafka-harness.ts';

/** Positions are committed at intervals shorter than this. */
const COMMITTED_MS = 600;

/** Topics of one test, and everything that it starts, which ends with it. */
export interface KafkaScene {
  readonly names: BusNames;
  readonly admin: Admin;
  readonly producer: Producer;
  readonly troubles: BusTrouble[];
  connect(options?: Partial<KafkaBusOptions>): Promise<Bus>;
  /** Makes a topic of one partition with settings of its own, before any adapter does. */
  makeTopic(channel: Channel, settings: Readonly<Record<string, string>>): Promise<void>;
  /** A way to the broker that can be cut. */
  proxy(): Promise<TcpProxy>;
  handle(bus: Bus, handler?: CommandHandler): Handling;
  send(callSid: string | null, text: string, headers?: IHeaders): Promise<void>;
  /** A command in a partition of our choice, whatever its key. */
  sendTo(partition: number, callSid: string, text: string): Promise<void>;
  /** What the group has committed, by partition; -1 when nothing is. */
  committed(): Promise<number[]>;
  /** Waits until everything in the commands' topic is committed. */
  noLag(): Promise<void>;
  /** Waits for as long as positions may take to be committed. */
  commitInterval(): Promise<void>;
  /** Every record of a topic, by partition. */
  records(channel: BusMessage['channel']): Promise<KafkaMessage[][]>;
  /** The same as text. */
  texts(channel: BusMessage['channel']): Promise<string[][]>;
  close(): Promise<void>;
}

/** What is done to a broker while scenes use it, and what the scenes of one file share. */
export async function openKafkaScene(port: number, prefix: string): Promise<KafkaScene> {
  const names = busNames(prefix);
  const group = `${names.commands}.adapters`;
  const kafka = plainClient(port);
  const admin = kafka.admin();
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  const ending: (() => Promise<unknown>)[] = [];
  const troubles: BusTrouble[] = [];
  await Promise.all([admin.connect(), producer.connect()]);

  const committed = async (): Promise<number[]> => {
    const [found] = await admin.fetchOffsets({ groupId: group, topics: [names.commands] });
    const partitions = [...(found?.partitions ?? [])].sort((a, b) => a.partition - b.partition);
    return partitions.map(({ offset }) => Number(offset));
  };
  const ends = async (): Promise<number[]> => {
    const found = await admin.fetchTopicOffsets(names.commands);
    return found.sort((a, b) => a.partition - b.partition).map(({ high }) => Number(high));
  };

  const records = async (channel: BusMessage['channel']): Promise<KafkaMessage[][]> => {
    const offsets = await admin.fetchTopicOffsets(names[channel]);
    const found: KafkaMessage[][] = offsets.map(() => []);
    const wanted = offsets.reduce((sum, { low, high }) => sum + Number(high) - Number(low), 0);
    let count = 0;
    const consumer = kafka.consumer({ groupId: `${prefix}-${Math.random()}`, maxWaitTimeInMs: 50 });
    await consumer.connect();
    await consumer.subscribe({ topics: [names[channel]], fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ partition, message }) => {
        found[partition]?.push(message);
        count++;
      },
    });
    await eventually(() => expect(count).toBeGreaterThanOrEqual(wanted));
    await consumer.disconnect();
    return found;
  };

  return {
    names,
    admin,
    producer,
    troubles,
    connect: async (options = {}) => {
      const bus = await connectKafkaBus({
        connection: { brokers: [`127.0.0.1:${port}`] },
        names,
        sessionMs: SESSION_MS,
        onTrouble: (trouble) => troubles.push(trouble),
        ...options,
        topics: { partitions: 2, ...options.topics },
      });
      ending.push(() => bus.close());
      return bus;
    },
    makeTopic: async (channel, settings) => {
      const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
      await admin.createTopics({ topics: [{ topic: names[channel], numPartitions: 1, configEntries }] });
    },
    proxy: async () => {
      const proxy = await startTcpProxy(port);
      ending.push(() => proxy.close());
      return proxy;
    },
    handle: (bus, handler) => {
      const handling = handleOn(bus, handler);
      ending.push(() => handling.end().catch(() => {}));
      return handling;
    },
    send: async (callSid, text, headers = {}) => {
      await producer.send({ topic: names.commands, messages: [{ key: callSid, value: text, headers }] });
    },
    sendTo: async (partition, callSid, text) => {
      await producer.send({ topic: names.commands, messages: [{ partition, key: callSid, value: text }] });
    },
    committed,
    noLag: () =>
      eventually(async () => {
        expect((await committed()).map((offset) => Math.max(offset, 0))).toEqual(await ends());
      }),
    commitInterval: () => sleep(COMMITTED_MS),
    records,
    texts: async (channel) => (await records(channel)).map((messages) => messages.map(({ value }) => String(value))),
    close: async () => {
      for (const end of ending.splice(0).reverse()) await end();
      await Promise.all([admin.disconnect(), producer.disconnect()]);
    },
  };
}
