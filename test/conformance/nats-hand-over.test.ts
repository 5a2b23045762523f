import { setTimeout as sleep } from 'node:timers/promises';
import { createStanding } from '@jambus/bus';
import { describeWithNats } from '../brokers/nats/index.ts';
import { startBusProcess } from './bus-process.ts';
import { eventually, LONG_MS } from './driver-support.ts';
import { natsScene } from './nats-scene.ts';
import { callSids, DONE, numbers, textOf, textsOf } from './scene.ts';

/** So long that nothing here can come of a lease that ends. */
const LEASE = { leaseMs: 300_000 };

/** How partitions go from one adapter to another. */
await describeWithNats('partitions that move, on nats', { version: 'newest' }, (nats) => {
  const scene = natsScene(nats);
  const { connectBus, handle, send, ending } = scene;
  const connectWith = (rank: number) => connectBus({ ...LEASE, standing: createStanding(rank) });

  test('an adapter that comes gets its share at once, however long the lease', async () => {
    const first = handle(await connectBus(LEASE));
    await send('call', 'text');
    await eventually(() => expect(first.handled).toHaveLength(1));
    const second = handle(await connectBus(LEASE));
    await eventually(async () => {
      for (const callSid of callSids(8)) await send(callSid, 'text');
      expect(second.handled.length).toBeGreaterThan(0);
    });
  });

  test('a handler that does not end keeps its partition from the next adapter for the stop time only', async () => {
    const first = handle(await connectBus({ ...LEASE, stopMs: 200 }), () => new Promise(() => {}));
    const calls = callSids(8);
    for (const callSid of calls) await send(callSid, 'stuck');
    await eventually(() => expect(first.handled).toHaveLength(8));
    const second = handle(await connectBus(LEASE));
    await eventually(() => expect(second.handled.length).toBeGreaterThan(0));
    void first.end();
    await eventually(() => expect(new Set(second.handled.map(({ callSid }) => callSid))).toEqual(new Set(calls)));
  });

  test('records that came before a partition was taken over may be repeated, later ones may not', async () => {
    const calls = callSids(8);
    const maybe = (
      text: string,
      { handled }: { handled: readonly { maybeRepeated: boolean; payload: Uint8Array }[] },
    ) => new Set(handled.filter((record) => textOf(record) === text).map(({ maybeRepeated }) => maybeRepeated));
    const sendAll = async (text: string) => {
      for (const callSid of calls) await send(callSid, text);
    };
    const bus = await connectBus(LEASE);
    await sendAll('before');
    const first = handle(bus, async (record) =>
      textOf(record) === 'left' ? { kind: 'retry', afterMs: 60_000, reason: 'left to the next' } : DONE,
    );
    await eventually(() => expect(first.handled).toHaveLength(8));
    await sendAll('after');
    await sendAll('left');
    await eventually(() => expect(first.handled).toHaveLength(24));
    expect([maybe('before', first), maybe('after', first), maybe('left', first)]).toEqual([
      new Set([true]),
      new Set([false]),
      new Set([false]),
    ]);
    await first.end();
    const second = handle(await connectBus(LEASE));
    await eventually(() => expect(second.handled).toHaveLength(8));
    await sendAll('new');
    await eventually(() => expect(second.handled).toHaveLength(16));
    expect([maybe('left', second), maybe('new', second)]).toEqual([new Set([true]), new Set([false])]);
  });

  test('go to the adapters with the highest rank, and to the others when those stop', async () => {
    const low = handle(await connectWith(1));
    const high = handle(await connectWith(2));
    const calls = callSids(8);
    const untilAllGoTo = async (which: typeof low) => {
      for (let n = 0; ; n++) {
        const text = `${which === low ? 'low' : 'high'} ${n}`;
        for (const callSid of calls) await send(callSid, text);
        await eventually(() => {
          const seen = [...low.handled, ...high.handled].filter((record) => textOf(record) === text);
          expect(seen).toHaveLength(calls.length);
        });
        if (which.handled.filter((record) => textOf(record) === text).length === calls.length) return;
        expect(n).toBeLessThan(500);
      }
    };
    await untilAllGoTo(high);
    await high.end();
    await untilAllGoTo(low);
  });

  test('follow a rank that changes', async () => {
    const [one, two] = [createStanding(1), createStanding(1)];
    const first = handle(await connectBus({ ...LEASE, standing: one }));
    const second = handle(await connectBus({ ...LEASE, standing: two }));
    const untilOnly = async (which: typeof first) => {
      let seen = -1;
      await eventually(async () => {
        seen = which.handled.length;
        for (const callSid of callSids(8)) await send(callSid, 'text');
        await eventually(() => expect(first.handled.length + second.handled.length).toBeGreaterThanOrEqual(seen + 8));
        await sleep(50);
        expect(which.handled.length - seen).toBe(8);
      });
    };
    one.change(2);
    await untilOnly(first);
    two.change(3);
    await untilOnly(second);
    one.change(4);
    await untilOnly(first);
  });

  test(
    'a process that was stopped for longer than its lease hands over nothing that it finds on its sockets',
    async () => {
      const options = { leaseMs: 1_000, streams: { partitions: 1 } };
      const bus = await connectBus(options);
      const stopped = await startBusProcess({ url: scene.server.url, prefix: scene.prefix, leaseMs: 1_000 });
      ending.push(stopped.end);
      await send('call', 'before');
      await eventually(() => expect(stopped.handled()).toEqual(['before']));
      stopped.signal('SIGSTOP');
      const { handled } = handle(bus);
      await eventually(async () => {
        await send('call', 'probe');
        expect(handled.length).toBeGreaterThan(0);
      });
      // The server sends these to both, as it does not know who has the partition.
      for (const text of numbers(50)) await send('call', text);
      await eventually(() => expect(textsOf('call', handled).at(-1)).toBe('49'));
      stopped.signal('SIGCONT');
      await stopped.untilLost();
      await sleep(200);
      expect(stopped.handled()).toEqual(['before']);
    },
    LONG_MS,
  );
});
