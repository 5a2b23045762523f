import type { Bus, BusMessage } from '@jambus/bus';
import { describeWithKafka, type KafkaBroker } from '../brokers/kafka/index.ts';
import { ENDED_AT, ended, eventOf, eventually, LONG_MS, refusalOf } from './driver-support.ts';
import { through } from './kafka-harness.ts';
import { type KafkaScene, openKafkaScene } from './kafka-scene.ts';
import { callSids } from './scene.ts';

const TOPICS = { partitions: 4 };
const HOUR_MS = 3_600_000;

await describeWithKafka('the past of calls on Kafka', { version: 'newest' }, (kafka) => {
  let broker: KafkaBroker;
  let scene: KafkaScene;
  let cases = 0;

  beforeAll(async () => {
    broker = await kafka.start();
  }, LONG_MS);

  beforeEach(async () => {
    scene = await openKafkaScene(broker.port, `history-${++cases}`);
  }, LONG_MS);

  afterEach(() => scene.close(), LONG_MS);

  afterAll(() => broker.stop());

  const event = (callSid: string, epoch: number, sequence: number) => {
    const message = eventOf(callSid, `${epoch}/${sequence}`);
    return { ...message, attributes: { ...message.attributes, epoch: String(epoch), sequence: String(sequence) } };
  };
  const result = (callSid: string, decidedposition: string | undefined) => {
    const { attributes, ...rest } = eventOf(callSid, 'result');
    const decided = { ...attributes, ...(decidedposition !== undefined && { decidedposition }) };
    return { ...rest, channel: 'results' as const, type: 'delivered', attributes: decided };
  };
  /** However busy the machine is. */
  const publish = (bus: Bus, batch: readonly BusMessage[]) => eventually(() => bus.sink.publish(batch));
  const longAgo = () => Date.now() - HOUR_MS;

  test(
    'is that of its last event and result, whoever published them',
    async () => {
      const bus = await scene.connect({ topics: TOPICS });
      await publish(bus, [
        event('call', 1, 1),
        event('call', 2, 2),
        result('call', 'log/1/5'),
        result('call', 'log/1/9'),
      ]);
      await publish(bus, [event('other', 1, 7), result('call', undefined)]);
      const { history } = await scene.connect({ topics: TOPICS });
      expect(await history.pastOf('call', longAgo())).toEqual({ epoch: 2, sequence: 2, decided: 'log/1/9' });
      expect(await history.pastOf('other', longAgo())).toEqual({ epoch: 1, sequence: 7, decided: undefined });
      expect(await history.pastOf('unknown', longAgo())).toBeUndefined();
      await publish(bus, [event('call', 2, 3), ended(event('other', 1, 8))]);
      expect(await history.pastOf('call', longAgo())).toMatchObject({ sequence: 3, endedAt: undefined });
      expect(await history.pastOf('other', longAgo())).toMatchObject({ sequence: 8, endedAt: Date.parse(ENDED_AT) });
    },
    LONG_MS,
  );

  test(
    'is found for many calls at a time, far behind what others have published since, and in no group',
    async () => {
      const bus = await scene.connect({ topics: TOPICS });
      const calls = callSids(300);
      const pad = new Uint8Array(800);
      for (const sequence of [1, 2]) {
        await publish(
          bus,
          calls.flatMap((callSid) => [event(callSid, 1, sequence), result(callSid, `log/0/${sequence}`)]),
        );
      }
      for (let round = 0; round < 12; round++) {
        const noise = callSids(500).map((callSid) => ({ ...event(`noise-${callSid}`, 1, round), payload: pad }));
        await publish(bus, noise);
      }
      const { history } = await scene.connect({ topics: TOPICS });
      const groups = (await scene.admin.listGroups()).groups.length;
      const pasts = await Promise.all(calls.map((callSid) => history.pastOf(callSid, longAgo())));
      expect(pasts).toEqual(calls.map(() => ({ epoch: 1, sequence: 2, decided: 'log/0/2' })));
      expect((await scene.admin.listGroups()).groups).toHaveLength(groups);
    },
    LONG_MS,
  );

  test(
    'is looked for again when the brokers were away, and refused when they stay away or the bus is closed',
    async () => {
      const proxy = await scene.proxy();
      const bus = await scene.connect({ topics: TOPICS, connection: through(proxy) });
      await publish(bus, [event('call', 1, 4)]);
      expect(await bus.history.pastOf('call', longAgo())).toMatchObject({ sequence: 4 });
      proxy.cut();
      const asking = bus.history.pastOf('call', longAgo());
      setTimeout(() => proxy.restore(), 500);
      expect(await asking).toMatchObject({ sequence: 4 });
      proxy.cut();
      expect(await refusalOf(bus.history.pastOf('call', longAgo()))).toMatchObject({ code: 'bus_unavailable' });
      const late = refusalOf(bus.history.pastOf('call', longAgo()));
      await bus.close();
      expect(await late).toMatchObject({ code: 'stopped' });
      await eventually(() => expect(bus.healthy()).toBe(false));
    },
    LONG_MS,
  );
});
