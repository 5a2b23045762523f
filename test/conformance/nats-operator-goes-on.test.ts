import { setTimeout as sleep } from 'node:timers/promises';
import { DEFAULT_LANES_SETTINGS } from '@jambus/bus';
import { nanos, type StreamConfig } from 'nats';
import { describeWithNats } from '../brokers/nats/index.ts';
import { eventOf, eventually, LONG_MS, refusalOf } from './driver-support.ts';
import { operatorScene } from './nats-operator-scene.ts';
import { DONE, holdingHandler, numbers, textOf } from './scene.ts';

/** What an operator may do to streams and buckets while adapters go on: rows of docs/nats.md. */
for (const [version, partitions] of [
  ['newest', 2],
  ['2.9', 1],
] as const) {
  await describeWithNats(`what an operator does at work, NATS ${version}`, { version }, (nats) => {
    const scene = operatorScene(nats, partitions);
    const {
      calls,
      stream,
      bucket,
      sendAll,
      edit,
      watched,
      start,
      isNotReady,
      isReadyAgain,
      takesCommands,
      send,
      storedIn,
    } = scene;

    test(
      'commands full: publishers are refused, adapters stay ready, say so once in a while and make room',
      async () => {
        const running = await watched();
        const { handler, release } = holdingHandler();
        const { handled } = scene.handle(running.bus, handler);
        await sendAll(['waits']);
        await eventually(() => expect(handled).toHaveLength(calls.length));
        await edit(stream('commands'), { max_msgs: calls.length });
        expect(await refusalOf(send('call', 'no room'))).toMatchObject({ code: '503' });
        await eventually(() => expect(running.told('commands_full').join()).toContain('refuses who publishes'));
        expect(running.bus.healthy()).toBe(true);
        release(DONE);
        await takesCommands();
      },
      LONG_MS,
    );

    test(
      'commands purged: adapters go on behind them, and one line says how many were not read',
      async () => {
        const { handler, release } = holdingHandler();
        const limits = { ...DEFAULT_LANES_SETTINGS.limits, maxUnfinished: 8 };
        const running = await watched({ lanes: { ...DEFAULT_LANES_SETTINGS, limits } });
        const { handled } = scene.handle(running.bus, handler);
        await scene.nc.flush();
        for (const text of numbers(3_000)) scene.nc.publish(`${scene.prefix}.commands.${calls[0]}`, text);
        await eventually(async () => expect(await storedIn('commands')).toBe(3_000));
        await eventually(() => expect(handled.length).toBeGreaterThan(0));
        await scene.jsm.streams.purge(stream('commands'));
        release(DONE);
        await eventually(async () => void (await send(calls[0] ?? '', 'after')));
        await eventually(() => expect(handled.map(textOf)).toContain('after'));
        await eventually(() => expect(running.told('commands_skipped')).toHaveLength(1));
        const [, count] = /at least (\d+) commands/.exec(running.told('commands_skipped')[0] ?? '') ?? [];
        // One that is new may stand for one that is gone, as numbers are all that tells.
        expect(handled.length + Number(count)).toBeGreaterThanOrEqual(3_000);
        expect(handled.length + Number(count)).toBeLessThanOrEqual(3_001);
        expect(running.bus.healthy()).toBe(true);
        const texts = handled.map(textOf);
        expect(texts.slice(0, -1)).toEqual(numbers(texts.length - 1));
      },
      LONG_MS,
    );

    test(
      'events and results purged: adapters go on',
      async () => {
        const running = await start();
        await running.bus.sink.publish([eventOf('call', '0')]);
        for (const channel of ['events', 'results']) await scene.jsm.streams.purge(stream(channel));
        await running.bus.sink.publish([eventOf('call', '1')]);
        expect(await storedIn('events')).toBe(1);
        expect(running.bus.healthy()).toBe(true);
      },
      LONG_MS,
    );

    test(
      'the bucket of the positions sealed or purged: work goes on, and what is finished does not come again',
      async () => {
        const running = await start();
        // Committed at intervals.
        await sleep(300);
        await scene.jsm.streams.purge(bucket('positions'));
        await sendAll(['more']);
        await eventually(async () => {
          expect((await scene.jsm.streams.info(bucket('positions'))).state.messages).toBe(partitions);
        });
        await edit(bucket('positions'), { sealed: true });
        await isNotReady(running, 'it is sealed');
        await sendAll(['sealed']);
        await eventually(() => expect(running.handled).toHaveLength(3 * calls.length));
        await scene.jsm.streams.delete(bucket('positions'));
        await isReadyAgain(running);
        await eventually(async () => {
          expect((await scene.jsm.streams.info(bucket('positions'))).state.messages).toBe(partitions);
        });
        await running.end();
        const second = scene.handle((await watched()).bus);
        await sendAll(['after']);
        await eventually(() => expect(second.handled).toHaveLength(calls.length));
        expect(new Set(second.handled.map(textOf))).toEqual(new Set(['after']));
      },
      LONG_MS,
    );

    test(
      'leases of another length: adapters renew as often as that takes, and keep their partitions',
      async () => {
        const running = await watched({ leaseMs: 30_000 });
        const { handled } = scene.handle(running.bus);
        await sendAll(['before']);
        await eventually(() => expect(handled).toHaveLength(calls.length));
        await edit(bucket('leases'), { max_age: nanos(1_000), duplicate_window: nanos(1_000) });
        // Leases that nobody renews in time are gone: another adapter would have the partitions, too.
        const keys = async () => {
          const info = await scene.jsm.streams.info(bucket('leases'), { subjects_filter: '>' });
          return Object.keys(info.state.subjects ?? {}).filter((key) => key.includes('.partition.')).length;
        };
        await sleep(7_000);
        for (const _ of numbers(20)) {
          expect(await keys()).toBe(partitions);
          await sleep(100);
        }
        expect(running.bus.healthy()).toBe(true);
      },
      LONG_MS,
    );

    test(
      'a stream made anew in memory: adapters say what that risks',
      async () => {
        const running = await start();
        const { config } = await scene.jsm.streams.info(stream('events'));
        await scene.jsm.streams.delete(stream('events'));
        await scene.jsm.streams.add({ ...config, storage: 'memory' as StreamConfig['storage'] });
        await eventually(() => expect(running.told('risky_setting').join()).toContain('is kept in memory'));
        expect(running.bus.healthy()).toBe(true);
      },
      LONG_MS,
    );
  });
}
