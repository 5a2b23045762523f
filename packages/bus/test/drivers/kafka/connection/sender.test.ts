import { setTimeout as sleep } from 'node:timers/promises';
import type { ICustomPartitioner, Kafka, ProducerBatch, ProducerConfig } from 'kafkajs';
import type { Cluster } from '../../../../src/drivers/kafka/connection/cluster.ts';
import { createSender, type OutgoingRecord } from '../../../../src/drivers/kafka/connection/sender.ts';

const SLOW_MS = 60;
const PARTITIONS = [{ partitionId: 0, partitionErrorCode: 0, leader: 1, replicas: [1], isr: [1] }];

/** A cluster that takes its time for each request; `written` is its log, and those whose value is in `fails` fail once. */
function slowCluster(fails = new Map<string, Error>()) {
  const written: string[] = [];
  let requests = 0;
  let clients = 0;
  const producer = (config: ProducerConfig) => {
    const partitioner = (config.createPartitioner as ICustomPartitioner)();
    return {
      connect: async () => {},
      sendBatch: async ({ topicMessages = [] }: ProducerBatch) => {
        requests++;
        await sleep(SLOW_MS);
        const all = topicMessages.flatMap(({ topic, messages }) => messages.map((message) => ({ topic, message })));
        const failing = all.map(({ message }) => String(message.value)).find((value) => fails.has(value));
        const failure = fails.get(failing ?? '');
        if (failure !== undefined) throw failure;
        return all.map(({ topic, message }) => {
          written.push(String(message.value));
          const partition = partitioner({ topic, partitionMetadata: PARTITIONS, message });
          if (String(message.value).startsWith('again')) partitioner({ topic, partitionMetadata: PARTITIONS, message });
          return { topicName: topic, partition, errorCode: 0 };
        });
      },
    };
  };
  const kafka = { producer } as unknown as Kafka;
  const cluster: Cluster = {
    connected: true,
    newClient: () => {
      clients++;
      return { kafka, lastRefusal: () => undefined, end: () => {} };
    },
  };
  return { cluster, written, requests: () => requests, clients: () => clients };
}

const batchOf = (...texts: string[]): OutgoingRecord[] =>
  texts.map((text) => ({ topic: 'jambonz.events', key: 'call', attributes: {}, payload: Buffer.from(text) }));

test('a flush waits for what is under way and what waits behind it, so that each is settled as what it is', async () => {
  const { cluster, written } = slowCluster();
  const sender = createSender(cluster);
  const sending = [sender.send(batchOf('1', '2')), sender.send(batchOf('3')), sender.send(batchOf('4'))];
  await sender.flush(5_000);
  sender.close();
  expect(await Promise.all(sending)).toEqual([undefined, undefined, undefined]);
  expect(written).toEqual(['1', '2', '3', '4']);
});

test('a flush does not wait for longer than told, and what is cut off then may be there', async () => {
  const { cluster } = slowCluster();
  const sender = createSender(cluster);
  await sender.connect();
  const sending = sender.send(batchOf('1'));
  await sender.flush(1);
  sender.close();
  expect(await sending).toBeUndefined();
  expect(await sender.send(batchOf('2'))).toMatchObject({ error: { code: 'stopped' }, mayBeThere: false });
});

test('what comes behind a send that the client had to try again goes out by another producer', async () => {
  const { cluster, written, clients } = slowCluster();
  const sender = createSender(cluster);
  for (const text of ['1', '2', 'again 3', '4', '5']) expect(await sender.send(batchOf(text))).toBeUndefined();
  sender.close();
  expect([written, clients()]).toEqual([['1', '2', 'again 3', '4', '5'], 2]);
});

test('what is refused for good is settled once, and the others of the request are written in their order', async () => {
  const refusal = Object.assign(new Error('too large'), { name: 'KafkaJSProtocolError', type: 'MESSAGE_TOO_LARGE' });
  const { cluster, written } = slowCluster(new Map([['3', refusal]]));
  const sender = createSender(cluster);
  const settled: string[] = [];
  const send = async (text: string) => {
    const failure = await sender.send(batchOf(text));
    settled.push(failure === undefined ? text : `${text} refused`);
  };
  await Promise.all(['1', '2', '3', '4', '5'].map(send));
  expect(settled).toEqual(['1', '2', '3 refused', '4', '5']);
  expect(written).toEqual(['1', '2', '4', '5']);
});

test('a record that its topic does not take is refused before anything of its batch is written', async () => {
  const { cluster, written } = slowCluster();
  const sender = createSender(cluster, { mostBytes: () => 2_000 });
  const failure = await sender.send(batchOf('small', 'x'.repeat(2_000)));
  expect(failure).toMatchObject({ error: { code: 'bus_refused' }, mayBeThere: false });
  expect(failure?.error.message).toMatch(/jambonz\.events: .*2074 bytes.*takes 2000 \(max\.message\.bytes\)/);
  expect(written).toEqual([]);
  // How large it is when it is compressed is the broker's to see.
  const compressing = createSender(cluster, { mostBytes: () => 2_000, compression: 'zstd' });
  expect(await compressing.send(batchOf('x'.repeat(2_000)))).toBeUndefined();
});

test('a batch is cut for a topic that takes less at a time, and is written in its order', async () => {
  const { cluster, written, requests } = slowCluster();
  const sender = createSender(cluster, { mostBytes: () => 3_000 });
  expect(await sender.send(batchOf('1', '2', '3', '4', '5', '6', '7'))).toBeUndefined();
  expect([written.join(''), requests()]).toEqual(['1234567', 3]);
  expect(await createSender(cluster).send(batchOf('1', '2', '3', '4', '5', '6', '7'))).toBeUndefined();
  expect(requests()).toBe(4);
});
