import { setTimeout as sleep } from 'node:timers/promises';
import type { CommandRecord } from '@jambus/bus';
import { describeWithNats } from '../brokers/nats/index.ts';
import { eventOf, eventually, LONG_MS } from './driver-support.ts';
import { natsScene } from './nats-scene.ts';
import { callSids, DONE, leftBehind, numbers, textOf, textsOf } from './scene.ts';

/** What the driver makes of streams that are deleted while it works, by hand or because they were in a server's memory. */
for (const [version, partitions] of [
  ['newest', 2],
  ['2.9', 1],
] as const) {
  await describeWithNats(`a stream that is deleted at work, NATS ${version}`, { version }, (nats) => {
    const scene = natsScene(nats);
    const { handle, send, storedIn } = scene;
    const connectBus = (options = {}) => scene.connectBus({ streams: { partitions }, ...options });
    const stream = (channel: string) => `${scene.prefix}-${channel}`;
    const createdAt = async (channel: string) => (await scene.jsm.streams.info(stream(channel))).created;
    const calls = callSids(6);
    const sendAll = async (texts: readonly string[]) => {
      for (const text of texts) for (const callSid of calls) await send(callSid, text);
    };
    /** When there is no stream, publishers get no answer. */
    const untilTaken = () => eventually(async () => void (await send('first', 'text')));
    const textsOfEach = (handled: readonly CommandRecord[]) => calls.map((callSid) => textsOf(callSid, handled));
    const positions = (handled: readonly CommandRecord[]) => new Set(handled.map(({ position }) => position)).size;

    test(
      'commands alone: it is made again without traffic, and read from its beginning under other positions',
      async () => {
        const { handled } = handle(await connectBus());
        await sendAll(numbers(5));
        await eventually(() => expect(handled).toHaveLength(30));
        const before = await createdAt('commands');
        await scene.jsm.streams.delete(stream('commands'));
        await eventually(async () => expect(await createdAt('commands')).not.toBe(before));
        await untilTaken();
        await sendAll(numbers(10).slice(5));
        await eventually(() => expect(handled).toHaveLength(61));
        expect(textsOfEach(handled)).toEqual(calls.map(() => numbers(10)));
        expect(positions(handled)).toBe(61);
      },
      LONG_MS,
    );

    test(
      'everything, buckets too: all of it is made again without traffic, and work goes on',
      async () => {
        const bus = await connectBus();
        const { handled } = handle(bus);
        await sendAll(['0']);
        await eventually(() => expect(handled).toHaveLength(6));
        for await (const { config } of scene.jsm.streams.list()) {
          if (config.name.includes(`${scene.prefix}-`)) await scene.jsm.streams.delete(config.name);
        }
        await eventually(async () => {
          for (const channel of ['commands', 'events', 'results', 'deadletters']) await createdAt(channel);
        });
        await untilTaken();
        await sendAll(['1', '2']);
        // Without the positions and leases, records may come again.
        await eventually(() => expect(positions(handled)).toBe(19));
        for (const texts of textsOfEach(handled)) expect([...new Set(texts)]).toEqual(numbers(3));
        await bus.sink.publish([eventOf('call', '0')]);
        expect(await storedIn('events')).toBe(1);
      },
      LONG_MS,
    );

    test(
      'and made again by somebody else, who has filled it: none of it is skipped, however far the former was read',
      async () => {
        const { handled } = handle(await connectBus());
        await sendAll(numbers(5));
        await eventually(() => expect(handled).toHaveLength(30));
        for (let life = 1; life <= 3; life++) {
          const { config } = await scene.jsm.streams.info(stream('commands'));
          await scene.jsm.streams.delete(stream('commands'));
          // The adapter may be quicker.
          await scene.jsm.streams.add(config).catch(() => {});
          await untilTaken();
          await sendAll(numbers(5).map((text) => `${life}-${text}`));
          const later = () => handled.filter((record) => textOf(record).startsWith(`${life}-`));
          await eventually(() => expect(later()).toHaveLength(30));
          expect(textsOfEach(later())).toEqual(calls.map(() => numbers(5).map((text) => `${life}-${text}`)));
        }
        expect(positions(handled)).toBe(123);
      },
      LONG_MS,
    );

    test(
      'with work under way: handlers are told to stop, and what they say moves no position in its successor',
      async () => {
        const first = handle(await connectBus(), async (record, signal) => {
          if (textOf(record) === 'old') await leftBehind(signal);
          return DONE;
        });
        await sendAll(['old']);
        await eventually(() => expect(first.handled).toHaveLength(6));
        await scene.jsm.streams.delete(stream('commands'));
        await eventually(async () => void (await createdAt('commands')));
        await sendAll(['new']);
        await eventually(() => expect(first.handled).toHaveLength(12));
        // Committed at intervals.
        await sleep(300);
        await first.end();
        await sendAll(['newer']);
        const second = handle(await connectBus());
        await eventually(() => expect(second.handled).toHaveLength(6));
        expect(textsOfEach(second.handled)).toEqual(calls.map(() => ['newer']));
      },
      LONG_MS,
    );

    test(
      'results and dead letters of commands at one place of either are both kept',
      async () => {
        const bus = await connectBus();
        handle(bus, async ({ callSid = '', position, attributes, payload }) => {
          const id = `result/${position}`;
          await bus.sink.publish([
            { channel: 'results', callSid, type: 'delivered', attributes: { ...attributes, id }, payload },
          ]);
          return { kind: 'dead-letter', reason: 'invalid', detail: 'no' };
        });
        await send('call', 'old');
        await eventually(async () => expect(await storedIn('deadletters')).toBe(1));
        await scene.jsm.streams.delete(stream('commands'));
        await eventually(async () => void (await createdAt('commands')));
        await send('call', 'new');
        await eventually(async () => expect(await storedIn('deadletters')).toBe(2));
        expect(await storedIn('results')).toBe(2);
      },
      LONG_MS,
    );

    test('the bucket of the positions alone: nothing that is finished comes again', async () => {
      const first = handle(await connectBus());
      await sendAll(['0']);
      await eventually(() => expect(first.handled).toHaveLength(6));
      await sleep(300);
      await scene.jsm.streams.delete(`KV_${scene.prefix}-commands-positions`);
      // The next commit finds that it is gone.
      await sendAll(['1']);
      await eventually(async () => {
        const bucket = await scene.jsm.streams.info(`KV_${scene.prefix}-commands-positions`);
        expect(bucket.state.messages).toBe(partitions);
      });
      await first.end();
      expect(textsOfEach(first.handled)).toEqual(calls.map(() => numbers(2)));
      await sendAll(['2']);
      const second = handle(await connectBus());
      await eventually(() => expect(second.handled).toHaveLength(6));
      expect(textsOfEach(second.handled)).toEqual(calls.map(() => ['2']));
    });
  });
}
