import { setTimeout as sleep } from 'node:timers/promises';
import { type Consumer, Kafka, logLevel } from 'kafkajs';
import { describeWithKafka, type KafkaBroker } from '../brokers/kafka/index.ts';
import { type JambusCluster, startJambusCluster } from '../cluster/jambus-cluster.ts';
import { type SimulatedCall, startCall } from '../simulator/index.ts';
import { eventually } from './cluster-harness.ts';

const CALLS = 20;
const STATUSES = 300;
const TICK_MS = 10;
const WITHIN_MS = 60_000;

/* G1, G2: an adapter that goes hands over what it has on its way, and nothing of it comes a second time. */
await describeWithKafka('an adapter that stops in good order, on kafka', { version: 'newest' }, (kafka) => {
  let broker: KafkaBroker;
  let cluster: JambusCluster;
  let reader: Consumer;
  let calls: SimulatedCall[] = [];
  /** The numbers of the events of each call, as they stand in the topic. */
  const numbers = new Map<string, number[]>();

  beforeAll(async () => {
    broker = await kafka.start();
    const bus = { JAMBUS_BUS: 'kafka', JAMBUS_KAFKA_BROKERS: `127.0.0.1:${broker.port}` };
    cluster = await startJambusCluster({ gateways: 1, adapters: 2, bus });
    const client = new Kafka({ clientId: 'reader', brokers: [`127.0.0.1:${broker.port}`], logLevel: logLevel.NOTHING });
    reader = client.consumer({ groupId: 'reader', maxWaitTimeInMs: 100 });
    await reader.connect();
    await reader.subscribe({ topic: 'jambonz.events', fromBeginning: true });
    await reader.run({
      eachMessage: async ({ message: { key, headers } }) => {
        const callSid = String(key);
        const ofCall = numbers.get(callSid) ?? [];
        numbers.set(callSid, ofCall);
        ofCall.push(Number(String(headers?.['ce_sequence'])));
      },
    });
  }, 120_000);

  afterAll(async () => {
    await Promise.all(calls.map((call) => call.abort()));
    await cluster.close();
    await reader.disconnect();
    await broker.stop();
  }, 60_000);

  test('has every event on the bus once and in its order, at two thousand a second', async () => {
    calls = Array.from({ length: CALLS }, () => startCall({ url: cluster.websocketUrl }));
    await Promise.all(calls.map((call) => call.settledDown));
    let gone: Promise<void> | undefined;
    for (let n = 1; n <= STATUSES; n++) {
      for (const call of calls) void call.send('verb:status', { data: { id: `verb-${n}`, event: 'starting' } });
      // A hundred ticks in, so that many are on their way.
      if (n === STATUSES / 3) gone = cluster.adapters[0]?.stop();
      await sleep(TICK_MS);
    }
    await gone;
    const heard = (call: SimulatedCall): number[] => numbers.get(call.callSid) ?? [];
    await eventually('every event', () => calls.every((call) => heard(call).length > STATUSES), WITHIN_MS);
    for (const call of calls) expect(heard(call)).toEqual(heard(call).map((_, index) => index + 1));
  }, 180_000);
});
