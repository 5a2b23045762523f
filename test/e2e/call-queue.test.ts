import type { JambusClient } from '@jambus/client';
import { connectKafkaClient } from '@jambus/client/kafka';
import { connectNatsClient } from '@jambus/client/nats';
import { describeWithKafka } from '../brokers/kafka/index.ts';
import { describeWithNats } from '../brokers/nats/index.ts';
import { type JambusCluster, startJambusCluster } from '../cluster/jambus-cluster.ts';
import { serveQueue } from '../examples/call-queue.ts';
import { parseScript, type SimulatedCall, startCall } from '../simulator/index.ts';
import { eventually } from './cluster-harness.ts';

const LONG_MS = 120_000;
const PATIENCE = 3;

await describeWithNats('the example of a queue on NATS', {}, (nats) => {
  describeQueue(async () => {
    const { url, stop } = await nats.start();
    const settings = { JAMBUS_BUS: 'nats', JAMBUS_NATS_URL: url };
    return { settings, stop, connect: () => connectNatsClient({ servers: [url] }) };
  });
});

await describeWithKafka('the example of a queue on Kafka', {}, (kafka) => {
  describeQueue(async () => {
    const { brokers, stop } = await kafka.start();
    const settings = { JAMBUS_BUS: 'kafka', JAMBUS_KAFKA_BROKERS: brokers.join(',') };
    return { settings, stop, connect: () => connectKafkaClient({ brokers }) };
  });
});

interface Running {
  readonly settings: Readonly<Record<string, string>>;
  connect(): Promise<JambusClient>;
  stop(): Promise<void>;
}

function describeQueue(start: () => Promise<Running>): void {
  let running: Running;
  let cluster: JambusCluster;
  let client: JambusClient;
  const placed: SimulatedCall[] = [];

  beforeAll(async () => {
    running = await start();
    cluster = await startJambusCluster({ gateways: 1, adapters: 1, bus: running.settings });
    client = await running.connect();
    const { callers, agents } = serveQueue(client, PATIENCE);
    await Promise.all([callers.ready(), agents.ready()]);
  }, LONG_MS);
  afterEach(() => Promise.all(placed.splice(0).map((call) => call.abort())));
  afterAll(async () => {
    await client.close();
    await cluster.close();
    await running.stop();
  }, LONG_MS);

  const place = (path: string): SimulatedCall => {
    const url = cluster.websocketUrl.replace('/ivr', path);
    const call = startCall({ url, speed: 4, script: parseScript({ durations: { dial: 4_000 } }) });
    placed.push(call);
    return call;
  };
  const heardWaiting = ({ state }: SimulatedCall) =>
    state.sideVerbs.items.map(({ verb }) => verb.data['text']).filter((text) => text !== undefined);
  const heardAfter = ({ state }: SimulatedCall) =>
    state.verbs.items.filter(({ name }) => name === 'say').map(({ data }) => data['text']);

  test(
    'a caller hears the place until an agent takes the call',
    async () => {
      const caller = place('/support');
      await eventually('the caller waits', () => heardWaiting(caller).length > 0);
      expect(heardWaiting(caller)[0]).toBe('You are number 1.');
      const agent = place('/agent');
      expect(await caller.ended).toMatchObject({ reason: 'completed' });
      expect(await agent.ended).toMatchObject({ reason: 'completed' });
      expect([heardAfter(caller), caller.ignored, agent.ignored]).toEqual([[], [], []]);
    },
    LONG_MS,
  );

  test(
    'a caller that nobody takes leaves the queue',
    async () => {
      const caller = place('/support');
      expect(await caller.ended).toMatchObject({ reason: 'completed' });
      expect(heardWaiting(caller)).toEqual(Array.from({ length: PATIENCE }, () => 'You are number 1.'));
      expect(heardAfter(caller)).toEqual(['We call you back.']);
      expect(caller.ignored).toEqual([]);
    },
    LONG_MS,
  );
}
