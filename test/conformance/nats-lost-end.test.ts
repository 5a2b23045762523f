import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectNatsBus, type OnTrouble } from '@jambus/bus';
import { busNames } from '@jambus/schema';
import { connect } from 'nats';
import { describeWithNats } from '../brokers/nats/index.ts';
import { freePort } from '../brokers/provisioning/free-port.ts';
import { eventually, handleOn, LONG_MS } from './driver-support.ts';
import { textOf } from './scene.ts';

/** How often an adapter looks where the stream ends, ms, and some more. */
const LOOK_MS = 1_500;

/** A server that loses power may come back with less than it has confirmed. Files that are set back stand for that. */
await describeWithNats('a stream that has lost its end', { version: 'newest' }, (nats) => {
  if (!nats.ours) return test.skip('is started here, and the server that was named is another', () => {});

  test(
    'is told of, with what to do, until it is made anew or its numbers have gone past',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'jambus-lost-end-'));
      const [storeDir, before] = [join(folder, 'store'), join(folder, 'before')];
      const port = await freePort();
      const start = () => nats.start({ port, storeDir });
      let server = await start();
      const nc = await connect({ port, maxReconnectAttempts: -1, reconnectTimeWait: 50 });
      const troubles: Parameters<OnTrouble>[0][] = [];
      const bus = await connectNatsBus({
        connection: { servers: [server.url] },
        names: busNames('lost'),
        streams: { partitions: 2, maxBytes: 16 * 1024 * 1024 },
        leaseMs: 1_000,
        onTrouble: (trouble) => troubles.push(trouble),
      });
      const { handled, end } = handleOn(bus);
      const send = async (count: number, text: string) => {
        for (let n = 0; n < count; n++) {
          await eventually(async () => void (await nc.jetstream().publish(`lost.commands.call-${n}`, text)));
        }
      };
      const restart = async (between: () => Promise<void>) => {
        await server.stop();
        await between();
        server = await start();
      };
      try {
        await send(5, 'first');
        await restart(() => cp(storeDir, before, { recursive: true }));
        await send(20, 'lost');
        await eventually(() => expect(handled).toHaveLength(25));
        expect(bus.faults()).toEqual([]);
        await sleep(LOOK_MS);
        await restart(async () => {
          await rm(storeDir, { recursive: true });
          await cp(before, storeDir, { recursive: true });
        });
        await eventually(() =>
          expect(bus.faults()).toEqual([expect.stringMatching(/has had 25 commands and ends at 5/)]),
        );
        expect(bus.healthy()).toBe(false);
        expect(troubles).toContainEqual({ kind: 'unusable_setting', detail: bus.faults()[0] });
        await (await nc.jetstreamManager()).streams.delete('lost-commands');
        await eventually(() => expect(bus.faults()).toEqual([]));
        await send(5, 'later');
        // With the files the positions were set back, too: what is still there may have been read again.
        await eventually(() => expect(handled.filter((record) => textOf(record) === 'later')).toHaveLength(5));
        expect(bus.healthy()).toBe(true);
      } finally {
        await end();
        await bus.close();
        await nc.close();
        await server.stop();
        await rm(folder, { recursive: true });
      }
    },
    LONG_MS,
  );
});
