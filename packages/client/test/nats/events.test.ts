import { setTimeout as sleep } from 'node:timers/promises';
import { AckPolicy, nanos } from 'nats';
import { describeWithNats, type NatsServer } from '../../../../test/brokers/nats/index.ts';
import { eventually } from '../../../bus/test/support/eventually.ts';
import { publish, sequences, take } from '../contract/client-scene.ts';
import { describeEvents } from '../contract/describe-events.ts';
import { type NatsScene, openNatsScene } from './support/nats-scene.ts';

for (const version of ['newest', '2.9'] as const) {
  await describeWithNats(`events of a client, NATS ${version}`, { version }, (nats) => {
    let server: NatsServer;
    let scene: NatsScene;

    beforeAll(async () => {
      server = await nats.start();
    }, 600_000);
    afterAll(() => server.stop());
    beforeEach(async () => {
      scene = await openNatsScene(server);
    });
    afterEach(() => scene.close());

    describeEvents(() => scene);

    test('a loop that is slow leaves the rest in the broker, and misses nothing', async () => {
      const client = await scene.client();
      const events = client.events.subscribe();
      await events.ready();
      await publish(scene, 1, 1_000);
      const jsm = await scene.nc.jetstreamManager();
      const left = async (): Promise<number | undefined> => {
        const [consumer] = await jsm.consumers.list(scene.streamOf('events')).next();
        return consumer?.num_pending;
      };
      expect(await left()).toBe(1_000 - 256);
      const taken = sequences(await take(events, 100));
      // Room for less than half: not worth asking for.
      expect(await left()).toBe(1_000 - 256);
      taken.push(...sequences(await take(events, 900)));
      expect(taken).toEqual(Array.from({ length: 1_000 }, (_, index) => index + 1));
    });

    test('a stream that was made anew is read from its beginning', async () => {
      const client = await scene.client();
      const events = client.events.subscribe();
      await events.ready();
      await publish(scene, 1, 5);
      expect(sequences(await take(events, 5))).toEqual([1, 2, 3, 4, 5]);
      const jsm = await scene.nc.jetstreamManager();
      const { config } = await jsm.streams.info(scene.streamOf('events'));
      await jsm.streams.delete(config.name);
      await jsm.streams.add(config);
      // More than there were: their numbers in the stream are those of before.
      await publish(scene, 6, 12);
      expect(sequences(await take(events, 7))).toEqual([6, 7, 8, 9, 10, 11, 12]);
    }, 30_000);

    test('an event that takes longer than the server waits for is not handed over again', async () => {
      const jsm = await scene.nc.jetstreamManager();
      await jsm.consumers.add(scene.streamOf('events'), {
        durable_name: 'slow',
        ack_policy: AckPolicy.Explicit,
        ack_wait: nanos(600),
        filter_subject: `${scene.names.events}.*.>`,
      });
      const events = (await scene.client()).events.subscribe({ durable: 'slow' });
      await events.ready();
      await publish(scene, 1, 3);
      await scene.fetched('slow', 3);
      const idle = (await scene.client()).events.subscribe({ durable: 'slow' });
      const others = take(idle, 1);
      const handled: number[] = [];
      for await (const { sequence } of events) {
        handled.push(sequence);
        if (sequence === 3) break;
        await sleep(2_000);
      }
      expect(handled).toEqual([1, 2, 3]);
      const { num_redelivered } = await jsm.consumers.info(scene.streamOf('events'), 'slow');
      expect(num_redelivered).toBe(0);
      // The one in which the loop was left.
      expect(sequences(await others)).toEqual([3]);
    });

    test('what somebody has made with a longer wait waits as long as a new one, for the same events', async () => {
      const jsm = await scene.nc.jetstreamManager();
      const stream = scene.streamOf('events');
      const { config: before } = await jsm.consumers.add(stream, {
        durable_name: 'old',
        ack_policy: AckPolicy.Explicit,
        ack_wait: nanos(30_000),
        max_ack_pending: 500,
        filter_subject: `${scene.names.events}.*.>`,
      });
      await publish(scene, 1, 1);
      const client = await scene.client();
      await client.events.subscribe({ durable: 'new' }).ready();
      const events = client.events.subscribe({ durable: 'old' });
      await events.ready();
      const { config: made } = await jsm.consumers.info(stream, 'new');
      const { config: after } = await jsm.consumers.info(stream, 'old');
      expect(made.ack_wait).toBe(nanos(5_000));
      expect(after).toEqual({ ...before, ack_wait: nanos(5_000) });
      expect(sequences(await take(events, 1))).toEqual([1]);
      expect(scene.troubles).toEqual([]);
    });

    test('a loop that has ended leaves nothing on the server', async () => {
      const client = await scene.client();
      const events = client.events.subscribe();
      await events.ready();
      await publish(scene, 1, 1);
      for await (const _ of events) break;
      const jsm = await scene.nc.jetstreamManager();
      await eventually(async () => {
        expect(await jsm.consumers.list(scene.streamOf('events')).next()).toEqual([]);
      });
    });

    test('processes that share a durable name get each event once between them', async () => {
      const clients = [await scene.client(), await scene.client()];
      const seen: number[][] = [[], []];
      const loops = clients.map(async (client, index) => {
        const events = client.events.subscribe({ durable: 'ivr' });
        for await (const { sequence } of events) {
          seen[index]?.push(sequence);
          await sleep(1);
        }
      });
      await client0Ready(clients[0]);
      await publish(scene, 1, 100);
      await eventually(() => expect(seen.flat()).toHaveLength(100));
      await Promise.all(clients.map((client) => client.close()));
      await Promise.all(loops);
      expect(seen.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
      expect(seen.every((own) => own.length > 0)).toBe(true);
    });

    async function client0Ready(client: Awaited<ReturnType<NatsScene['client']>> | undefined): Promise<void> {
      const events = client?.events.subscribe({ durable: 'ivr', signal: AbortSignal.abort() });
      await events?.ready();
    }
  });
}
