import { setTimeout as sleep } from 'node:timers/promises';
import { type BusTrouble, MessagesRefused } from '@jambus/bus';
import { describeWithNats } from '../brokers/nats/index.ts';
import { startTcpProxy, type TcpProxy } from '../fixtures/tcp-proxy.ts';
import { eventOf, eventually, LONG_MS, refusalOf } from './driver-support.ts';
import { natsScene } from './nats-scene.ts';
import { callSids, DONE, numbers, textOf, textsOf } from './scene.ts';

/** What only this driver does, on a server of its own: what becomes of streams, and of a server that goes away. */
await describeWithNats('the nats driver', { version: 'newest' }, (nats) => {
  const scene = natsScene(nats);
  const { connectBus, handle, send, storedIn, ending } = scene;

  test(
    'commands of before and after a crash of the server are handled in order, each once',
    async () => {
      const bus = await connectBus();
      const { handled } = handle(bus);
      const calls = callSids(6);
      for (const text of ['0', '1']) for (const callSid of calls) await send(callSid, text);
      await eventually(() => expect(handled).toHaveLength(12));
      // Committed at intervals; what is not would come again.
      await sleep(500);
      await scene.server.kill();
      await eventually(() => expect(bus.healthy()).toBe(false));
      expect(await refusalOf(bus.sink.publish([eventOf('call', 'away')]))).toMatchObject({
        code: 'bus_unavailable',
        message: 'there is no connection to NATS',
      });
      await scene.server.restart();
      await eventually(() => expect(bus.healthy()).toBe(true));
      await eventually(async () => void (await scene.nc.rtt()));
      for (const text of ['2', '3']) for (const callSid of calls) await send(callSid, text);
      await eventually(() => expect(handled.length).toBeGreaterThanOrEqual(24));
      for (const callSid of calls) expect(textsOf(callSid, handled)).toEqual(numbers(4));
    },
    LONG_MS,
  );

  test(
    'streams in the memory of a server that restarts are made anew, and adapters go on with them',
    async () => {
      const bus = await connectBus({ streams: { storage: 'memory' } });
      const { handled } = handle(bus);
      for (const callSid of callSids(6)) await send(callSid, 'before');
      await eventually(() => expect(handled).toHaveLength(6));
      await scene.server.restart();
      // Publishers get no answer until the adapter has made the stream.
      await eventually(async () => {
        await send('first', 'after');
      });
      for (const callSid of callSids(6)) await send(callSid, 'after');
      await eventually(() => {
        for (const callSid of [...callSids(6), 'first']) expect(textsOf(callSid, handled)).toContain('after');
      });
      await bus.sink.publish([eventOf('call', 'event')]);
      expect(await storedIn('events')).toBe(1);
    },
    LONG_MS,
  );

  test(
    'what is larger than the server takes has something else in its place, and what nobody can address holds up nothing',
    async () => {
      const bus = await connectBus();
      const large = (text: string, bytes: number) => ({
        ...eventOf('call', text),
        payload: new Uint8Array(bytes),
        reduced: () => eventOf('call', `${text} in short`),
      });
      const unaddressable = { ...eventOf('no.call', '2') };
      const batch = [
        eventOf('call', '1'),
        // More than the server takes, as the client knows; and headers that only the stream refuses.
        large('3', 2_000_000),
        { ...large('4', 10), attributes: { ...eventOf('call', '4').attributes, x: 'y'.repeat(65_500) } },
        unaddressable,
        eventOf('call', '5'),
      ];
      const refusal = await refusalOf(bus.sink.publish(batch));
      expect(refusal).toBeInstanceOf(MessagesRefused);
      expect([...(refusal as MessagesRefused).refused.keys()]).toEqual([unaddressable]);
      const stored: string[] = [];
      for (let seq = 1; seq <= (await storedIn('events')); seq++) {
        const message = await scene.jsm.streams.getMessage(`${scene.prefix}-events`, { seq });
        stored.push(textOf({ payload: message.data }));
      }
      expect(stored).toEqual(['1', '3 in short', '4 in short', '5']);
    },
    LONG_MS,
  );

  test(
    'a consumer that somebody deletes is replaced without loss, repetition or change of order',
    async () => {
      const { handled } = handle(await connectBus());
      const calls = callSids(4);
      for (const text of numbers(40)) {
        await Promise.all(calls.map((callSid) => send(callSid, text)));
        if (Number(text) % 10 !== 5) continue;
        for await (const { name } of scene.jsm.consumers.list(`${scene.prefix}-commands`)) {
          await scene.jsm.consumers.delete(`${scene.prefix}-commands`, name);
        }
      }
      await eventually(() => expect(handled.length).toBeGreaterThanOrEqual(160));
      for (const callSid of calls) expect(textsOf(callSid, handled)).toEqual(numbers(40));
    },
    LONG_MS,
  );

  test(
    'with one partition, an adapter that waits takes over when the one at work dies, within 10 s of a lease of 5',
    async () => {
      const proxy: TcpProxy = await startTcpProxy(scene.server.port);
      ending.push(() => proxy.close());
      const options = { streams: { partitions: 1 }, leaseMs: 5_000 };
      const first = handle(
        await connectBus({ ...options, connection: { servers: [`nats://127.0.0.1:${proxy.port}`] } }),
        async () => ({ kind: 'retry', afterMs: 60_000, reason: 'stuck' }),
      );
      await send('call', 'unfinished');
      await eventually(() => expect(first.handled).toHaveLength(1));
      const second = handle(await connectBus(options));
      proxy.cut();
      await eventually(() => expect(second.handled.map(textOf)).toEqual(['unfinished']));
    },
    LONG_MS,
  );

  test(
    'an adapter that is cut off tells its handlers to stop, as somebody else will go on with their commands',
    async () => {
      const proxy: TcpProxy = await startTcpProxy(scene.server.port);
      ending.push(() => proxy.close());
      let toldToStop = false;
      const { handled } = handle(
        await connectBus({ connection: { servers: [`nats://127.0.0.1:${proxy.port}`] } }),
        (_record, signal) =>
          new Promise((resolve) => {
            signal.addEventListener('abort', () => {
              toldToStop = true;
              resolve(DONE);
            });
          }),
      );
      await send('call', 'under way');
      await eventually(() => expect(handled).toHaveLength(1));
      proxy.cut();
      await eventually(() => expect(toldToStop).toBe(true));
      // What it says afterwards does not count.
      const second = handle(await connectBus());
      await eventually(() => expect(second.handled.map(textOf)).toEqual(['under way']));
    },
    LONG_MS,
  );

  test('a stop in good order hands over at once, however long the lease', async () => {
    const lease = { leaseMs: 300_000 };
    const first = handle(await connectBus(lease));
    await send('call', 'first');
    await eventually(() => expect(first.handled).toHaveLength(1));
    const second = handle(await connectBus(lease));
    await first.end();
    const calls = callSids(10);
    for (const callSid of calls) await send(callSid, 'second');
    await eventually(() => expect(new Set(second.handled.map(({ callSid }) => callSid))).toEqual(new Set(calls)));
  });

  test('a batch sent again has no second effect', async () => {
    const bus = await connectBus();
    const batch = numbers(5).map((text) => eventOf('call', text));
    await bus.sink.publish(batch);
    await bus.sink.publish(batch);
    expect(await storedIn('events')).toBe(5);
  });

  test('an event with the id of another is kept, since epochs may be counted again after a restart of everything', async () => {
    const bus = await connectBus();
    const event = eventOf('call', '1');
    const later = { ...event, attributes: { ...event.attributes, time: '2026-11-22T12:00:01.000Z' } };
    await bus.sink.publish([event]);
    await bus.sink.publish([later]);
    expect(await storedIn('events')).toBe(2);
  });

  test('two dead letters of commands with the same id are both kept', async () => {
    const bus = await connectBus();
    handle(bus, async () => ({ kind: 'dead-letter', reason: 'invalid', detail: 'no' }));
    await scene.nc.jetstream().publish(`${scene.prefix}.commands.call`, 'one');
    await scene.nc.jetstream().publish(`${scene.prefix}.commands.call`, 'two');
    await eventually(async () => expect(await storedIn('deadletters')).toBe(2));
  });

  test('a message that is too large is refused for good, and those around it are not lost', async () => {
    const bus = await connectBus();
    const large = { ...eventOf('call-2', 'large'), payload: new Uint8Array(2 * 1024 * 1024) };
    const refusal = await refusalOf(bus.sink.publish([eventOf('call-1', '0'), large, eventOf('call-3', '0')]));
    expect(refusal).toMatchObject({ code: 'bus_refused', retryable: false });
    expect(await storedIn('events')).toBe(2);
  });

  test('an event whose call cannot be part of a subject is refused, rather than sent to another', async () => {
    const bus = await connectBus();
    for (const callSid of ['', 'a.b', 'a b', '*', '>']) {
      expect(await refusalOf(bus.sink.publish([eventOf(callSid, '0')]))).toMatchObject({ code: 'bus_refused' });
    }
    expect(await storedIn('events')).toBe(0);
  });

  test('headers that cannot be read make a command that cannot be accepted, and stall nothing', async () => {
    const { handled } = handle(await connectBus());
    const raw = 'NATS/1.0\r\nce id: 1\r\n\r\n';
    const subject = `${scene.prefix}.commands.call`;
    await sendRaw(scene.server.port, `HPUB ${subject} ${raw.length} ${raw.length + 2}\r\n${raw}{}\r\n`);
    await send('call', 'after');
    await eventually(() => expect(textsOf('call', handled)).toEqual(['{}', 'after']));
    expect(handled[0]).toMatchObject({ attributes: { specversion: expect.stringContaining('unreadable') } });
  });

  test('positions in a stream that was deleted mean nothing in its successor', async () => {
    const before = await connectBus({ streams: { partitions: 1 } });
    const first = handle(before);
    for (const text of numbers(5)) await send('call', text);
    await eventually(() => expect(first.handled).toHaveLength(5));
    await first.end();
    await before.close();
    await scene.jsm.streams.delete(`${scene.prefix}-commands`);

    const second = handle(await connectBus({ streams: { partitions: 1 } }));
    await send('call', 'new');
    await eventually(() => expect(second.handled.map(textOf)).toEqual(['new']));
  });

  test('a server that is not there is tried for as long as told, and then reported', async () => {
    const connection = { servers: ['nats://127.0.0.1:1'] };
    expect(await refusalOf(connectBus({ connection, connectWithinMs: 300 }))).toMatchObject({
      code: 'bus_unavailable',
    });
  });

  test(
    'somebody who may not publish events is told so, and may still do the rest',
    async () => {
      const config = `
      jetstream {}
      authorization { users = [
        { user: admin, password: admin }
        { user: adapter, password: secret, permissions: { publish: { deny: ["${scene.prefix}.events.>"] } } }
      ] }`;
      const guarded = await nats.start({ config });
      ending.push(() => guarded.stop());
      const servers = [guarded.url];
      const wrong = connectBus({ connection: { servers, user: 'adapter', password: 'wrong' } });
      expect(await refusalOf(wrong)).toMatchObject({ code: 'bus_refused' });

      const troubles: BusTrouble[] = [];
      const onTrouble = (trouble: BusTrouble) => troubles.push(trouble);
      const bus = await connectBus({ connection: { servers, user: 'adapter', password: 'secret' }, onTrouble });
      expect(await refusalOf(bus.sink.publish([eventOf('call', '0')]))).toMatchObject({ code: 'bus_refused' });
      await bus.sink.publish([{ ...eventOf('call', '0'), channel: 'results', type: 'delivered' }]);
      expect(troubles).toContainEqual(expect.objectContaining({ kind: 'broker_failed' }));
    },
    LONG_MS,
  );
});

/** Writes to a server what no client would. */
async function sendRaw(port: number, text: string): Promise<void> {
  const { connect: dial } = await import('node:net');
  const socket = dial(port, '127.0.0.1');
  const answered = new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('data', (chunk) => String(chunk).includes('PONG') && resolve());
  });
  socket.write(`CONNECT {"verbose":false,"headers":true,"protocol":1}\r\n${text}PING\r\n`);
  await answered;
  socket.destroy();
}
