import { setTimeout as sleep } from 'node:timers/promises';
import type { Broker, Cluster as ClientCluster } from 'kafkajs';
import { API, type Exchange, encoded } from '../../../../src/drivers/kafka/connection/exchange.ts';
import { type ClientTap, tapClient } from '../../../../src/drivers/kafka/connection/tap-client.ts';

const READ = { topic: 'jambonz.commands', id: Buffer.alloc(16, 7) };

/** A client with one broker, which says nothing but notes what it is asked. */
function clientOf(fetchVersion: number, answerMs = 0, records: readonly object[] = []) {
  const asked: Exchange['request'][] = [];
  const order: string[] = [];
  const connectionPool = {
    send: async ({ request, response }: Exchange) => {
      asked.push(request);
      await sleep(answerMs);
      return response.parse(undefined);
    },
  };
  const broker = { connectionPool, versions: { [API.fetch]: { maxVersion: fetchVersion } } } as unknown as Broker;
  const cluster = {
    findBroker: async () => broker,
    refreshMetadataIfNecessary: async () => void order.push('metadata'),
  } as unknown as ClientCluster;
  const ask = async (apiKey: number, apiVersion: number, refusal?: Error): Promise<void> => {
    await cluster.findBroker({ nodeId: '1' });
    const request = { apiKey, apiVersion, apiName: 'any', encode: async () => encoded(Buffer.alloc(0)) };
    const parse = async () => {
      if (refusal !== undefined) throw refusal;
      return { responses: [{ partitions: records.map((messages) => ({ messages })) }] };
    };
    await connectionPool.send({ request, response: { decode: async () => {}, parse } });
  };
  return { cluster, asked, ask, order };
}

function tapWith(tap: Partial<ClientTap>): ClientTap {
  return {
    beforeFetch: async () => {},
    read: READ,
    asksForRecords: () => ({ answered: () => {}, brought: () => {} }),
    onAnswered: () => {},
    onFailed: () => {},
    ...tap,
  };
}

test.each([
  ['by id, when the broker takes ids', 13, READ, 13],
  ['by name, when it is too old for that', 12, READ, 11],
  ['by name, when there is no id', 17, undefined, 11],
] as const)('records are fetched %s', async (_, highest, read, expected) => {
  const { cluster, asked, ask } = clientOf(highest);
  tapClient(cluster, tapWith({ read }));
  await ask(API.fetch, 11);
  await ask(API.fetch, 11);
  expect(asked.map(({ apiVersion }) => apiVersion)).toEqual([expected, expected]);
});

test('all else is asked as it is, and an answer is told with the time of its question', async () => {
  const { cluster, asked, ask } = clientOf(17, 50);
  const answered: [number, number][] = [];
  tapClient(cluster, tapWith({ onAnswered: (apiKey, askedAt) => answered.push([apiKey, askedAt]) }));
  await ask(API.heartbeat, 3);
  const after = performance.now();
  expect(asked).toMatchObject([{ apiKey: API.heartbeat, apiVersion: 3 }]);
  expect(answered).toEqual([[API.heartbeat, expect.any(Number)]]);
  // The answer takes 50 ms, so what is told is not its time.
  expect(answered[0]?.[1]).toBeLessThan(after - 40);
});

test('records are told with the question that brought them, and of what is no question for records nothing is', async () => {
  const [first, second] = [{}, {}];
  const { cluster, ask } = clientOf(17, 0, [first, second]);
  const told: [number, object][] = [];
  let questions = 0;
  const asksForRecords = () => {
    const question = ++questions;
    return { answered: () => {}, brought: (records: object) => told.push([question, records]) };
  };
  tapClient(cluster, tapWith({ asksForRecords }));
  await ask(API.heartbeat, 3);
  await Promise.all([ask(API.fetch, 11), ask(API.fetch, 11)]);
  expect(questions).toBe(2);
  expect(told.map(([question]) => question)).toEqual([1, 1, 2, 2]);
  expect(told[1]?.[1]).toBe(second);
});

test('a fetch waits for what comes before it, and fails with it', async () => {
  const { cluster, order } = clientOf(17);
  let failure: Error | undefined;
  const beforeFetch = async () => {
    await sleep(10);
    order.push('before');
    if (failure !== undefined) throw failure;
  };
  tapClient(cluster, tapWith({ beforeFetch }));
  await cluster.refreshMetadataIfNecessary();
  expect(order).toEqual(['before', 'metadata']);
  failure = new Error('not now');
  await expect(cluster.refreshMetadataIfNecessary()).rejects.toBe(failure);
});

test('what fails is told, and fails', async () => {
  const { cluster, ask } = clientOf(17);
  const failed: number[] = [];
  tapClient(cluster, tapWith({ onFailed: (apiKey) => failed.push(apiKey) }));
  await ask(API.heartbeat, 3);
  expect(failed).toEqual([]);
  const refusal = new Error('the coordinator is loading');
  await expect(ask(API.joinGroup, 5, refusal)).rejects.toBe(refusal);
  expect(failed).toEqual([API.joinGroup]);
});
