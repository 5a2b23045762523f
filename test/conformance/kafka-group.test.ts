import { setTimeout as sleep } from 'node:timers/promises';
import { type CommandHandler, type CommandRecord, DEFAULT_LANES_SETTINGS, type LanesSettings } from '@jambus/bus';
import { describeWithKafka, type KafkaBroker } from '../brokers/kafka/index.ts';
import { eventOf, eventually, refusalOf } from './driver-support.ts';
import { SESSION_MS, SHORT_SESSIONS, through } from './kafka-harness.ts';
import { type KafkaScene, openKafkaScene } from './kafka-scene.ts';
import { callSids, DONE, leftBehind, numbers, textOf, textsOf } from './scene.ts';

const LONG_MS = 150_000;

/** Sharp edges of the client's consumer: sessions, meetings of the group, positions, brokers that go away. */
await describeWithKafka('a consumer group of the kafka driver', { version: 'newest' }, (kafka) => {
  let broker: KafkaBroker;
  let scene: KafkaScene;
  let cases = 0;

  beforeAll(async () => {
    broker = await kafka.start({ properties: SHORT_SESSIONS });
  }, LONG_MS);

  beforeEach(async () => {
    scene = await openKafkaScene(broker.port, `group-${++cases}`);
  }, LONG_MS);

  afterEach(() => scene.close(), LONG_MS);

  afterAll(() => broker.stop());

  test(
    'a command that takes far longer than the session is handled once, and its adapter stays in the group',
    async () => {
      const handler: CommandHandler = async (record, signal) => {
        if (textOf(record) === 'slow') await Promise.race([sleep(3 * SESSION_MS), leftBehind(signal)]);
        return DONE;
      };
      const adapters = [scene.handle(await scene.connect(), handler), scene.handle(await scene.connect(), handler)];
      await eventually(async () => {
        for (const partition of [0, 1]) await scene.sendTo(partition, 'quick', 'quick');
        for (const { handled } of adapters) expect(handled).not.toHaveLength(0);
      });
      const before = scene.troubles.length;
      await scene.sendTo(0, 'slow', 'slow');
      await sleep(3 * SESSION_MS);
      await scene.noLag();
      const slow = adapters.flatMap(({ handled }) => textsOf('slow', handled));
      expect(slow).toEqual(['slow']);
      expect(scene.troubles.slice(before)).toEqual([]);
    },
    LONG_MS,
  );

  test(
    'an adapter whose connections are cut for a moment goes on, and does not wait until the session of before is over',
    async () => {
      const proxy = await scene.proxy();
      // Longer than the patience of this test.
      const bus = await scene.connect({ connection: through(proxy), sessionMs: 30_000 });
      const { handled } = scene.handle(bus);
      await scene.send('call', 'before');
      await eventually(() => expect(handled.map(textOf)).toEqual(['before']));
      const waits: number[] = [];
      for (const text of ['one', 'two', 'three']) {
        proxy.cut();
        await sleep(300);
        proxy.restore();
        const since = performance.now();
        await scene.send('call', text);
        await eventually(() => expect(handled.map(textOf).at(-1)).toBe(text));
        waits.push(performance.now() - since);
      }
      // The group waits 10 s for a member that says nothing; a busy machine adds to some of them.
      expect(Math.min(...waits)).toBeLessThan(8_000);
      await scene.noLag();
      expect(handled.map(textOf)).toEqual(['before', 'one', 'two', 'three']);
    },
    2 * LONG_MS,
  );

  test(
    'partitions that somebody adds are read soon',
    async () => {
      const { handled } = scene.handle(await scene.connect());
      await scene.send('call', 'before');
      await eventually(() => expect(handled.map(textOf)).toEqual(['before']));
      await scene.admin.createPartitions({ topicPartitions: [{ topic: scene.names.commands, count: 3 }] });
      // Another publisher: that of the scene knows of two.
      const fresh = await openKafkaScene(broker.port, scene.names.prefix);
      await eventually(() => fresh.sendTo(2, 'call', 'in the new one'));
      await fresh.close();
      await eventually(() => expect(handled.map(textOf)).toEqual(['before', 'in the new one']));
    },
    LONG_MS,
  );

  test(
    'a partition without room holds up neither another partition nor the session, and goes on when there is room',
    async () => {
      const bus = await scene.connect({ lanes: lanesWith({ maxUnfinished: 2 }) });
      let away = true;
      const { handled } = scene.handle(bus, async ({ callSid }) =>
        callSid === 'away' && away ? { kind: 'retry', afterMs: 50, reason: 'away' } : DONE,
      );
      for (const text of numbers(20)) await scene.sendTo(0, 'away', text);
      await eventually(() => expect(textsOf('away', handled)).toContain('0'));
      const until = performance.now() + 2 * SESSION_MS;
      let sent = 0;
      while (performance.now() < until) {
        const text = String(sent++);
        await scene.sendTo(1, 'there', text);
        await eventually(() => expect(textsOf('there', handled)).toContain(text));
      }
      expect(new Set(textsOf('away', handled))).toEqual(new Set(['0']));
      away = false;
      await eventually(() => expect(textsOf('away', handled)).toContain('19'));
      expect([...new Set(textsOf('away', handled))]).toEqual(numbers(20));
      expect(textsOf('there', handled)).toEqual(numbers(sent));
      await scene.noLag();
      expect(scene.troubles).toEqual([]);
    },
    LONG_MS,
  );

  test(
    'only what everything before is finished of is committed, and all of it in the end',
    async () => {
      let finish = (): void => {};
      const slow = new Promise<void>((resolve) => {
        finish = resolve;
      });
      const { handled } = scene.handle(await scene.connect({ topics: { partitions: 1 } }), async (record) => {
        if (textOf(record) === 'slow') await slow;
        return DONE;
      });
      for (const text of ['0', '1']) await scene.send('call', text);
      await scene.send('slow', 'slow');
      for (const text of numbers(20)) await scene.send('call', text);
      await eventually(() => expect(handled).toHaveLength(23));
      await eventually(async () => expect(await scene.committed()).toEqual([2]));
      await scene.commitInterval();
      expect(await scene.committed()).toEqual([2]);
      finish();
      await scene.noLag();
    },
    LONG_MS,
  );

  test(
    'what an adapter finishes in a partition that it has lost does not set back the position of the new owner',
    async () => {
      let release = (): void => {};
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      // Deaf to the signal that the partition is lost.
      const first = scene.handle(await scene.connect({ stopMs: 30_000 }), async (record) => {
        if (textOf(record) === 'held') await released;
        return DONE;
      });
      for (const partition of [0, 1]) {
        await scene.sendTo(partition, `call-${partition}`, 'held');
        await scene.sendTo(partition, `other-${partition}`, 'quick');
      }
      await eventually(() => expect(first.handled).toHaveLength(4));
      const second = scene.handle(await scene.connect());
      // What the first has finished behind it is not handled again.
      await eventually(() => expect(second.handled.map(textOf)).toEqual(['held']));
      const lost = partitionOf(second.handled[0]);
      for (const text of numbers(3)) await scene.sendTo(lost, `call-${lost}`, text);
      await eventually(async () => expect((await scene.committed())[lost]).toBe(5));
      release();
      await eventually(async () => expect((await scene.committed())[1 - lost]).toBe(2));
      await scene.commitInterval();
      expect((await scene.committed())[lost]).toBe(5);
    },
    LONG_MS,
  );

  test(
    'a partition that comes back is gone on with where the group stands, not where this adapter left it',
    async () => {
      let busy = true;
      const first = scene.handle(await scene.connect(), async (_, signal) => (busy ? leftBehind(signal) : DONE));
      for (const partition of [0, 1]) await scene.sendTo(partition, `call-${partition}`, 'before');
      await eventually(() => expect(first.handled).toHaveLength(2));
      const second = scene.handle(await scene.connect());
      await eventually(() => expect(second.handled).toHaveLength(1));
      busy = false;
      const moved = partitionOf(second.handled[0]);
      for (const text of numbers(3)) await scene.sendTo(moved, `call-${moved}`, text);
      await eventually(() => expect(second.handled).toHaveLength(4));
      await second.end();
      await scene.sendTo(moved, `call-${moved}`, 'after');
      await eventually(() => expect(textsOf(`call-${moved}`, first.handled)).toEqual(['before', 'after']));
    },
    LONG_MS,
  );

  test(
    'adapters that come and go under load lose nothing, turn nothing round and leave no lag',
    async () => {
      const perCall = new Map<string | undefined, string[]>();
      const handler = async ({ callSid, payload }: { callSid: string | undefined; payload: Uint8Array }) => {
        await sleep(Math.random() * 5);
        const seen = perCall.get(callSid) ?? [];
        perCall.set(callSid, seen);
        // As the gateway drops what it has had.
        const text = textOf({ payload });
        if (!seen.includes(text)) seen.push(text);
        return DONE;
      };
      const topics = { partitions: 6 };
      const stay = scene.handle(await scene.connect({ topics }), handler);
      const calls = callSids(12);
      let sending = true;
      const coming = (async () => {
        while (sending) {
          const guest = scene.handle(await scene.connect({ topics }), handler);
          await sleep(1_000);
          await guest.end();
        }
      })();
      for (const text of numbers(150)) {
        await Promise.all(calls.map((callSid) => scene.send(callSid, text)));
        await sleep(40);
      }
      sending = false;
      await coming;
      await scene.noLag();
      for (const callSid of calls) expect(perCall.get(callSid)).toEqual(numbers(150));
      expect(stay.handled.length).toBeGreaterThan(0);
      expect(scene.troubles).toEqual([]);
    },
    LONG_MS,
  );

  test(
    'an adapter that is cut off tells its handlers to stop, as somebody else will go on with their commands',
    async () => {
      const proxy = await scene.proxy();
      let toldToStop = false;
      const { handled } = scene.handle(
        await scene.connect({ connection: through(proxy) }),
        (_, signal) =>
          new Promise((resolve) => {
            signal.addEventListener('abort', () => {
              toldToStop = true;
              resolve(DONE);
            });
          }),
      );
      await scene.send('call', 'under way');
      await eventually(() => expect(handled).toHaveLength(1));
      proxy.cut();
      await eventually(() => expect(toldToStop).toBe(true));
      // What it says afterwards does not count.
      const second = scene.handle(await scene.connect());
      await eventually(() => expect(second.handled.map(textOf)).toEqual(['under way']));
    },
    LONG_MS,
  );

  test(
    'an adapter that waits takes over long before 30 s when the one at work dies, with the session that brokers allow',
    async () => {
      const proxy = await scene.proxy();
      const options = { topics: { partitions: 1 }, sessionMs: 6_000 };
      const first = scene.handle(await scene.connect({ ...options, connection: through(proxy) }), (_, signal) =>
        leftBehind(signal),
      );
      await scene.send('call', 'unfinished');
      await eventually(() => expect(first.handled).toHaveLength(1));
      const second = scene.handle(await scene.connect(options));
      await scene.commitInterval();
      proxy.cut();
      const died = performance.now();
      await eventually(() => expect(second.handled.map(textOf)).toEqual(['unfinished']));
      expect(performance.now() - died).toBeLessThan(20_000);
    },
    LONG_MS,
  );

  test('a stop in good order hands over at once, however long the session', async () => {
    const options = { sessionMs: 60_000 };
    const first = scene.handle(await scene.connect(options));
    await scene.send('call', 'first');
    await eventually(() => expect(first.handled).toHaveLength(1));
    const second = scene.handle(await scene.connect(options));
    await first.end();
    for (const callSid of callSids(8)) await scene.send(callSid, 'second');
    await eventually(() => expect(second.handled).toHaveLength(8));
  });

  test(
    'commands of before and after a crash of the broker are handled in order, and both directions go on',
    async () => {
      const bus = await scene.connect();
      const { handled } = scene.handle(bus);
      const calls = callSids(6);
      for (const text of ['0', '1']) for (const callSid of calls) await scene.send(callSid, text);
      await scene.noLag();
      await bus.sink.publish([eventOf('call', 'before')]);
      await broker.kill();
      await eventually(() => expect(bus.healthy()).toBe(false));
      expect(await refusalOf(bus.sink.publish([eventOf('call', 'away')]))).toMatchObject({
        code: 'bus_unavailable',
        message: expect.stringContaining('ECONNREFUSED'),
      });
      await broker.restart();
      await eventually(() => expect(bus.healthy()).toBe(true));
      for (const text of ['2', '3']) for (const callSid of calls) await scene.send(callSid, text);
      await eventually(() => expect(handled.length).toBeGreaterThanOrEqual(24));
      for (const callSid of calls) expect([...new Set(textsOf(callSid, handled))]).toEqual(numbers(4));
      await eventually(() => bus.sink.publish([eventOf('call', 'after')]));
      expect((await scene.texts('events')).flat()).toEqual(expect.arrayContaining(['before', 'after']));
      await scene.noLag();
    },
    LONG_MS,
  );

  test(
    'positions in a topic that was deleted mean nothing in its successor, which is made by the adapter',
    async () => {
      const { handled } = scene.handle(await scene.connect({ topics: { partitions: 1 } }));
      for (const text of numbers(5)) await scene.send('call', text);
      await scene.noLag();
      await scene.admin.deleteTopics({ topics: [scene.names.commands] });
      await eventually(() => scene.send('call', 'new'));
      await eventually(() => expect(handled.map(textOf)).toEqual([...numbers(5), 'new']));
    },
    LONG_MS,
  );

  test('a session shorter than the broker takes is refused with the reason', async () => {
    const { running } = scene.handle(await scene.connect({ sessionMs: 100 }));
    expect(await refusalOf(running)).toMatchObject({
      code: 'bus_refused',
      message: expect.stringMatching(/session timeout/i),
    });
  });
});

function partitionOf(record: CommandRecord | undefined): number {
  return Number(record?.position.split('/')[1]);
}

function lanesWith(limits: Partial<LanesSettings['limits']>): LanesSettings {
  return { ...DEFAULT_LANES_SETTINGS, limits: { ...DEFAULT_LANES_SETTINGS.limits, ...limits } };
}
