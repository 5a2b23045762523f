import { setTimeout as sleep } from 'node:timers/promises';
import { describeWithNats, type NatsServer } from '../../../../test/brokers/nats/index.ts';
import { eventually } from '../../../bus/test/support/eventually.ts';
import { gate } from '../../../bus/test/support/gate.ts';
import type { JambusClient } from '../../src/index.ts';
import { publish } from '../contract/client-scene.ts';
import { type ClientProcess, startClientProcess } from './support/client-process.ts';
import { type NatsScene, openNatsScene } from './support/nats-scene.ts';

const DURABLE = 'ivr';
/** Twice what it takes, and much less than the half minute that it took. */
const PATIENCE_MS = 12_000;
const LONG_MS = 150_000;

for (const version of ['newest', '2.9'] as const) {
  await describeWithNats(`a process with a durable name that is stopped, NATS ${version}`, { version }, (nats) => {
    let server: NatsServer;
    let scene: NatsScene;
    let stopped: ClientProcess;

    beforeAll(async () => {
      server = await nats.start();
    }, 600_000);
    afterAll(() => server.stop());
    beforeEach(async () => {
      scene = await openNatsScene(server);
      stopped = startClientProcess({ url: server.url, prefix: scene.names.prefix, durable: DURABLE });
      await stopped.ready();
    }, LONG_MS);
    afterEach(async () => {
      await stopped.end();
      await scene.close();
    });

    test(
      'leaves to another one what it has and what it is still sent, and hands out none of it when it wakes up',
      async () => {
        await publish(scene, 1, 3);
        await scene.fetched(DURABLE, 3);
        await eventually(() => expect(stopped.given).toEqual([1]));
        const another = gate();
        const given = await follow(await scene.client(), async (nth) => {
          // It is still at the last one when the stopped process finds that one in its socket.
          if (nth === 10) await another.promise;
        });
        stopped.signal('SIGSTOP');
        // The server does not know, and sends it what it has asked for.
        await publish(scene, 4, 10);
        await eventually(() => expect(sorted(given)).toEqual(numbers(1, 10)), PATIENCE_MS);
        // What was left behind comes after newer ones, but in order.
        expect(given.filter((sequence, index) => index > 0 && sequence < (given[index - 1] ?? 0))).toEqual([1]);

        stopped.signal('SIGCONT');
        stopped.goOn();
        await eventually(async () => {
          await scene.event({ sequence: 11 });
          await sleep(50);
          expect(stopped.given).toContain(11);
        });
        await sleep(2_000);
        expect(stopped.given.filter((sequence) => sequence !== 11)).toEqual([1]);
        another.open();
        await eventually(() => expect(given).toContain(11));
        expect(sorted(given.filter((sequence) => sequence !== 11))).toEqual(numbers(1, 10));
      },
      LONG_MS,
    );

    test(
      'for a moment only, goes on with what it has',
      async () => {
        await publish(scene, 1, 5);
        await scene.fetched(DURABLE, 5);
        const given = await follow(await scene.client());
        stopped.signal('SIGSTOP');
        await sleep(1_000);
        stopped.signal('SIGCONT');
        stopped.goOn();
        await eventually(() => expect(stopped.given).toEqual(numbers(1, 5)));
        expect(given).toEqual([]);
      },
      LONG_MS,
    );

    test(
      'alone, has each event once and in order when it wakes up',
      async () => {
        await publish(scene, 1, 3);
        await scene.fetched(DURABLE, 3);
        stopped.signal('SIGSTOP');
        await publish(scene, 4, 30);
        await sleep(8_000);
        stopped.signal('SIGCONT');
        await scene.event({ sequence: 31 });
        await sleep(1_000);
        stopped.goOn();
        await eventually(() => expect(stopped.given).toEqual(numbers(1, 31)));
      },
      LONG_MS,
    );
  });
}

/** Sequences of the events that a loop is given; `doing` is what it does with the first one, the second one and so on. */
async function follow(client: JambusClient, doing: (nth: number) => Promise<void> = async () => {}) {
  const given: number[] = [];
  const events = client.events.subscribe({ durable: DURABLE });
  const loop = async (): Promise<void> => {
    for await (const { sequence } of events) await doing(given.push(sequence));
  };
  await events.ready();
  void loop();
  return given;
}

function sorted(sequences: readonly number[]): number[] {
  return [...sequences].sort((a, b) => a - b);
}

function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
