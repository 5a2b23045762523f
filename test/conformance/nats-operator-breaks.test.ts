import { setTimeout as sleep } from 'node:timers/promises';
import { DiscardPolicy, nanos, RetentionPolicy, type StreamConfig } from 'nats';
import { describeWithNats } from '../brokers/nats/index.ts';
import { eventOf, eventually, LONG_MS, refusalOf } from './driver-support.ts';
import { operatorScene } from './nats-operator-scene.ts';
import { textOf, textsOf } from './scene.ts';

/** What an operator may set so that a promise would break, while adapters run: rows of docs/nats.md. */
for (const [version, partitions] of [
  ['newest', 2],
  ['2.9', 1],
] as const) {
  await describeWithNats(`what an operator sets wrong at work, NATS ${version}`, { version }, (nats) => {
    const scene = operatorScene(nats, partitions);
    const { calls, stream, bucket, sendAll, edit, start, isNotReady, isReadyAgain, takesCommands, send, storedIn } =
      scene;
    const onlyNewest = version === 'newest' ? test : test.skip;

    const FAULTS: readonly [string, string, Partial<StreamConfig>, string][] = [
      ['the age of commands', 'commands', { max_age: nanos(130_000) }, 'max_age'],
      ['commands discard the old', 'commands', { discard: DiscardPolicy.Old }, 'discard old'],
      ['commands kept of one call', 'commands', { max_msgs_per_subject: 10 }, 'max_msgs_per_subject'],
      ['the duplicate window of events', 'events', { duplicate_window: nanos(1_000) }, 'duplicate window'],
      ['results acknowledge nothing', 'results', { no_ack: true }, 'no_ack'],
    ];

    test.each(FAULTS)(
      'what breaks a promise makes adapters unready until it is set back, and commands go on: %s',
      async (_, channel, change, why) => {
        const running = await start();
        const before = await edit(stream(channel), change);
        await isNotReady(running, why);
        await sendAll(['meanwhile']);
        await eventually(() => expect(running.handled).toHaveLength(2 * calls.length));
        // What is false is left out of what a server says.
        await edit(stream(channel), { no_ack: false, ...before });
        await isReadyAgain(running);
      },
      LONG_MS,
    );

    test(
      'commands of other subjects: their publishers are refused, adapters are unready, and go on when it is mended',
      async () => {
        const running = await start();
        const { subjects } = await edit(stream('commands'), { subjects: [`${scene.prefix}.elsewhere.*`] });
        await isNotReady(running, `has to take ${scene.prefix}.commands.*`);
        expect(await refusalOf(send('call', 'nobody'))).toMatchObject({ code: '503' });
        await sleep(1_500);
        await edit(stream('commands'), { subjects });
        await isReadyAgain(running);
        await sendAll(['after']);
        await eventually(() => {
          for (const callSid of calls) expect(textsOf(callSid, running.handled)).toEqual(['before', 'after']);
        });
      },
      LONG_MS,
    );

    test(
      'events of other subjects: what is published waits for the stream, and none is refused for good',
      async () => {
        const running = await start();
        const { subjects } = await edit(stream('events'), { subjects: [`${scene.prefix}.elsewhere.>`] });
        await isNotReady(running, `has to take ${scene.prefix}.events.>`);
        expect(await refusalOf(running.bus.sink.publish([eventOf('call', '0')]))).toMatchObject({ retryable: true });
        await edit(stream('events'), { subjects });
        await running.bus.sink.publish([eventOf('call', '0')]);
        await isReadyAgain(running);
        expect(await storedIn('events')).toBe(1);
      },
      LONG_MS,
    );

    onlyNewest(
      'retention by interest: adapters are unready, since a call could not be found on the bus again',
      async () => {
        const running = await start();
        await edit(stream('results'), { retention: RetentionPolicy.Interest });
        await isNotReady(running, 'has to be limits');
        await edit(stream('results'), { retention: RetentionPolicy.Limits });
        await isReadyAgain(running);
      },
      LONG_MS,
    );

    onlyNewest(
      'another number of partitions: nothing is read until it is set back, and none comes twice or in another order',
      async () => {
        const running = await start();
        const subject_transform = (count: number) => ({
          src: `${scene.prefix}.commands.*`,
          dest: `${scene.prefix}.commands.{{partition(${count},1)}}.{{wildcard(1)}}`,
        });
        await edit(stream('commands'), { subject_transform: subject_transform(3) });
        await isNotReady(running, 'it has 3 partitions, not the 2');
        await sendAll(['meanwhile']);
        await sleep(1_000);
        expect(running.handled.map(textOf)).not.toContain('meanwhile');
        await edit(stream('commands'), { subject_transform: subject_transform(2) });
        await isReadyAgain(running);
        await sendAll(['after']);
        const later = () => running.handled.filter((record) => textOf(record) === 'after');
        await eventually(() => expect(later()).toHaveLength(calls.length));
        expect(running.told('commands_skipped').join()).toMatch(
          /another transform when it stored some of the sequences \d to 12/,
        );
        for (const callSid of calls) {
          const texts = textsOf(callSid, running.handled);
          expect(texts.filter((text) => text !== 'meanwhile')).toEqual(['before', 'after']);
          expect(new Set(texts).size).toBe(texts.length);
        }
      },
      LONG_MS,
    );

    test(
      'commands sealed: what is there is read, adapters are unready, and go on with the stream made anew',
      async () => {
        const running = await start();
        await sendAll(['more']);
        await edit(stream('commands'), { sealed: true });
        await isNotReady(running, 'it is sealed');
        await eventually(() => expect(running.handled).toHaveLength(2 * calls.length));
        await scene.jsm.streams.delete(stream('commands'));
        await isReadyAgain(running);
        // More than once: a 2.9 that still deletes files of the former stream may delete what its successor has taken.
        await eventually(async () => {
          await takesCommands();
          expect(running.handled.map(textOf)).toContain('taken');
        });
      },
      LONG_MS,
    );

    test.each(['events', 'results', 'deadletters'] as const)(
      '%s sealed: what is published waits, none is lost, and adapters go on with the stream made anew',
      async (channel) => {
        const running = await start();
        await edit(stream(channel), { sealed: true });
        await isNotReady(running, 'it is sealed');
        const message = { ...eventOf('call', '0'), channel };
        expect(await refusalOf(running.bus.sink.publish([message]))).toMatchObject({ retryable: true });
        await scene.jsm.streams.delete(stream(channel));
        await eventually(() => running.bus.sink.publish([message]));
        await isReadyAgain(running);
        expect(await storedIn(channel)).toBe(1);
      },
      LONG_MS,
    );

    test.each(['events', 'results', 'deadletters'] as const)(
      '%s full: what is published waits, adapters are unready and say so, and go on when there is room',
      async (channel) => {
        const running = await start();
        const message = (text: string) => ({ ...eventOf('call', text), channel });
        await running.bus.sink.publish([message('0')]);
        await edit(stream(channel), { discard: DiscardPolicy.New, max_msgs: 1 });
        expect(await refusalOf(running.bus.sink.publish([message('1')]))).toMatchObject({ retryable: true });
        expect(running.bus.healthy()).toBe(false);
        expect(running.bus.faults().join()).toMatch(/is full .* raise the bound/);
        await edit(stream(channel), { max_msgs: 10 });
        await running.bus.sink.publish([message('1')]);
        await isReadyAgain(running);
        expect(await storedIn(channel)).toBe(2);
      },
      LONG_MS,
    );

    test(
      'leases sealed: adapters are unready and read nothing that others may read, and go on with the bucket made anew',
      async () => {
        const running = await start();
        await edit(bucket('leases'), { sealed: true });
        await isNotReady(running, 'it is sealed');
        await scene.jsm.streams.delete(bucket('leases'));
        await isReadyAgain(running);
        await sendAll(['after']);
        await eventually(() => {
          for (const callSid of calls) expect(textsOf(callSid, running.handled)).toEqual(['before', 'after']);
        });
      },
      LONG_MS,
    );

    test(
      'positions that expire: adapters are unready until the bucket keeps them',
      async () => {
        const running = await start();
        const { max_age } = await edit(bucket('positions'), { max_age: nanos(3_600_000) });
        await isNotReady(running, 'forgets positions');
        await edit(bucket('positions'), { max_age });
        await isReadyAgain(running);
      },
      LONG_MS,
    );
  });
}
