import { setTimeout as sleep } from 'node:timers/promises';
import type { Broker, Cluster as ClientCluster } from 'kafkajs';
import { API, type Exchange, encoded } from '../../../../src/drivers/kafka/connection/exchange.ts';
import { type ClientTap, tapClient } from '../../../../src/drivers/kafka/connection/tap-client.ts';

const READ = { topic: 'jambonz.commands', id: Buffer.alloc(16, 7) };

/** A client with one broker, which says nothing but notes what it is asked. */
function clientOf(fetchVersion: number, answerMs = 0) {
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
    const parse = async (): Promise<void> => {
      if (refusal !== undefined) throw refusal;
    };
    await connectionPool.send({ request, response: { decode: async () => {}, parse } });
  };
  return { cluster, asked, ask, order };
}

function tapWith(tap: Partial<ClientTap>): ClientTap {
  return {
    beforeFetch: async () => {},
    read: READ,
    onFetched: () => {},
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
  const before = performance.now();
  await ask(API.heartbeat, 3);
  expect(asked).toMatchObject([{ apiKey: API.heartbeat, apiVersion: 3 }]);
  expect(answered).toEqual([[API.heartbeat, expect.any(Number)]]);
  expect((answered[0]?.[1] ?? 0) - before).toBeLessThan(40);
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
