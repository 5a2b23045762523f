import { randomBytes } from 'node:crypto';
import type { Bus, NatsStreamSettings } from '@jambus/bus';
import { describeWithNats } from '../brokers/nats/index.ts';
import { eventually, refusalOf } from './driver-support.ts';
import { natsScene } from './nats-scene.ts';
import { callSids, DONE, textOf } from './scene.ts';

// What becomes of commands that nobody reads, and of those that are dealt with.
for (const [version, partitions] of [
  ['newest', 2],
  ['2.9', 1],
] as const) {
  await describeWithNats(`the stream of the commands, NATS ${version}`, { version }, (nats) => {
    const { connectBus, handle, send, storedIn } = natsScene(nats);
    const MAX_BYTES = 64 * 1024;
    const small = (streams: Partial<NatsStreamSettings> = {}): Promise<Bus> =>
      connectBus({ stopMs: 50, streams: { partitions, maxBytes: MAX_BYTES, ...streams } });
    const text = () => randomBytes(1_000).toString('hex');

    /** Publishes until the stream takes no more; returns how many it took. */
    const fill = async (callSid: string): Promise<number> => {
      for (let taken = 0; taken < MAX_BYTES / 1_000; taken++) {
        const refusal = await refusalOf(send(callSid, text()));
        if (refusal !== undefined) {
          expect(refusal).toMatchObject({ api_error: { description: 'maximum bytes exceeded' } });
          return taken;
        }
      }
      throw new Error('it took more than fits');
    };

    test('when full of commands that nobody has read refuses new ones, and loses none', async () => {
      const bus = await small();
      const taken = await fill('call');
      const { handled } = handle(bus);
      await eventually(() => expect(handled).toHaveLength(taken));
      // What is dealt with makes room.
      const more = text();
      await eventually(async () => void (await send('call', more)));
      await eventually(() => expect(handled.map(textOf)).toContain(more));
    });

    test('keeps a command that is not dealt with, however full it is of others', async () => {
      const bus = await small();
      const slow = handle(bus, (record) => (textOf(record) === 'slow' ? new Promise(() => {}) : Promise.resolve(DONE)));
      const [first = '', ...others] = callSids(8);
      for (const callSid of others) for (const _ of [1, 2]) await send(callSid, text());
      await send(first, 'slow');
      for (const callSid of others) await send(callSid, text());
      await eventually(() => expect(slow.handled).toHaveLength(22));
      await eventually(async () => expect(await storedIn('commands')).toBeLessThanOrEqual(8));
      await bus.close();
      const { handled } = handle(await small());
      await eventually(() => expect(handled.map(textOf)).toContain('slow'));
    });

    test('keeps commands that are dealt with for as long as the settings say', async () => {
      const bus = await small({ maxAgeMs: 1_500 });
      const { handled } = handle(bus);
      await send('call', 'dealt with');
      await eventually(() => expect(handled).toHaveLength(1));
      expect(await storedIn('commands')).toBe(1);
      await eventually(async () => expect(await storedIn('commands')).toBe(0));
    });
  });
}
