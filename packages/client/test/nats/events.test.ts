import { setTimeout as sleep } from 'node:timers/promises';
import { AckPolicy, nanos } from 'nats';
import { describeWithNats, type NatsServer } from '../../../../test/brokers/nats/index.ts';
import { eventually } from '../../../bus/test/support/eventually.ts';
import type { JambusEvent } from '../../src/index.ts';
import { CALL, openScene, type Scene, take } from './support/scene.ts';

const OTHER_CALL = '0d1c9f0e-7e0a-4f0b-8f36-0f1b8a5fd5a7';

for (const version of ['newest', '2.9'] as const) {
  await describeWithNats(`events of a client, NATS ${version}`, { version }, (nats) => {
    let server: NatsServer;
    let scene: Scene;

    beforeAll(async () => {
      server = await nats.start();
    }, 600_000);
    afterAll(() => server.stop());
    beforeEach(async () => {
      scene = await openScene(server);
    });
    afterEach(() => scene.close());

    async function publish(from: number, to: number): Promise<void> {
      for (let sequence = from; sequence <= to; sequence++) await scene.event({ sequence });
    }

    const sequences = (events: readonly JambusEvent[]): number[] => events.map(({ sequence }) => sequence);

    test('an event comes as its checked message and where it belongs', async () => {
      const client = await scene.client();
      const events = client.events.subscribe({ type: 'verb:status' });
      await events.ready();
      await scene.event({
        sequence: 14,
        data: { event: 'finished', id: 'b5e39996', name: 'say' },
        attributes: { causationid: 'introduce', traceparent: '00-0af7-b7ad-01' },
      });
      const [event] = await take(events, 1);
      expect(event).toEqual({
        type: 'verb:status',
        callSid: CALL,
        id: `${CALL}/1/14`,
        sequence: 14,
        epoch: 1,
        time: new Date('2026-11-22T17:34:11.578Z'),
        causationId: 'introduce',
        application: '/ivr',
        traceparent: '00-0af7-b7ad-01',
        message: {
          type: 'verb:status',
          call_sid: CALL,
          msgid: undefined,
          data: { event: 'finished', id: 'b5e39996', name: 'say' },
        },
      });
      // That it compiles is the test: the message has the form of its type.
      const verbId: string | undefined = event?.message.data.id;
      expect(verbId).toBe('b5e39996');
    });

    test('from now on: what was published before does not come', async () => {
      await publish(1, 3);
      const client = await scene.client();
      const events = client.events.subscribe();
      await events.ready();
      await publish(4, 6);
      expect(sequences(await take(events, 3))).toEqual([4, 5, 6]);
    });

    test('only the call and the type that were asked for come', async () => {
      const client = await scene.client();
      const [ofCall, ofType] = [
        client.events.subscribe({ callSid: CALL }),
        client.events.subscribe({ type: 'call:status' }),
      ];
      await Promise.all([ofCall.ready(), ofType.ready()]);
      await scene.event({ callSid: OTHER_CALL, sequence: 1 });
      await scene.event({ callSid: OTHER_CALL, sequence: 2, type: 'call:status', data: { call_status: 'ringing' } });
      await scene.event({ sequence: 3 });
      expect(await take(ofCall, 1)).toMatchObject([{ callSid: CALL, sequence: 3 }]);
      expect(await take(ofType, 1)).toMatchObject([{ callSid: OTHER_CALL, sequence: 2, type: 'call:status' }]);
    });

    test('a type that is not known, and a form that a type does not have, come as other', async () => {
      const client = await scene.client();
      const events = client.events.subscribe();
      const lost = client.events.subscribe({ type: 'jambus:lost' });
      await Promise.all([events.ready(), lost.ready()]);
      await scene.event({ sequence: 1, type: 'jambus:lost', data: { since: 'then' } });
      await scene.event({ sequence: 2, type: 'call:status', data: { call_status: 200 } });
      expect(await take(events, 2)).toMatchObject([
        { type: 'other', message: { type: 'jambus:lost', data: { since: 'then' } } },
        { type: 'other', message: { type: 'call:status' } },
      ]);
      expect(await take(lost, 1)).toMatchObject([{ type: 'other', message: { type: 'jambus:lost' } }]);
    });

    test('what has not the form that was asked for, or is no event at all, is passed over and told', async () => {
      const client = await scene.client();
      const events = client.events.subscribe({ type: 'call:status' });
      await events.ready();
      const type = 'call:status';
      await scene.event({ sequence: 1, type, data: { call_status: 200 } });
      await scene.event({ sequence: 2, type, payload: 'no JSON' });
      await scene.event({ sequence: 3, type, attributes: { sequence: 'three' } });
      await scene.event({ sequence: 4, type, data: { call_status: 'completed' } });
      expect(await take(events, 1)).toMatchObject([{ sequence: 4 }]);
      expect(scene.troubles).toEqual([
        expect.stringContaining('has not the form of call:status'),
        expect.stringContaining('not JSON'),
        expect.stringContaining('its sequence is "three"'),
      ]);
    });

    test('a loop that is slow leaves the rest in the broker, and misses nothing', async () => {
      const client = await scene.client();
      const events = client.events.subscribe();
      await events.ready();
      await publish(1, 1_000);
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

    test('what was published while the connection was away comes afterwards, without a gap', async () => {
      const { client, proxy } = await scene.cuttable();
      const events = client.events.subscribe();
      await events.ready();
      const all = take(events, 9);
      await publish(1, 3);
      proxy.cut();
      await eventually(() => expect(scene.troubles.join()).toContain('the connection to'));
      await publish(4, 6);
      proxy.restore();
      await publish(7, 9);
      expect(sequences(await all)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    });

    test('a first connection loss before any event loses none', async () => {
      const { client, proxy } = await scene.cuttable();
      await publish(1, 2);
      const events = client.events.subscribe();
      await events.ready();
      proxy.cut();
      await eventually(() => expect(scene.troubles.join()).toContain('the connection to'));
      await publish(3, 4);
      proxy.restore();
      expect(sequences(await take(events, 2))).toEqual([3, 4]);
    });

    test('a stream that was made anew is read from its beginning', async () => {
      const client = await scene.client();
      const events = client.events.subscribe();
      await events.ready();
      await publish(1, 5);
      expect(sequences(await take(events, 5))).toEqual([1, 2, 3, 4, 5]);
      const jsm = await scene.nc.jetstreamManager();
      const { config } = await jsm.streams.info(scene.streamOf('events'));
      await jsm.streams.delete(config.name);
      await jsm.streams.add(config);
      // More than there were: their numbers in the stream are those of before.
      await publish(6, 12);
      expect(sequences(await take(events, 7))).toEqual([6, 7, 8, 9, 10, 11, 12]);
    }, 30_000);

    test('a durable subscription comes back to what was not done, and only to that', async () => {
      const first = await scene.client();
      const events = first.events.subscribe({ durable: 'ivr' });
      await events.ready();
      await publish(1, 4);
      const jsm = await scene.nc.jetstreamManager();
      await eventually(async () => {
        const { num_ack_pending } = await jsm.consumers.info(scene.streamOf('events'), 'ivr');
        expect(num_ack_pending).toBe(4);
      });
      const handled: number[] = [];
      for await (const { sequence } of events) {
        if (sequence === 3) break;
        handled.push(sequence);
      }
      await first.close();
      await publish(5, 6);
      const second = await scene.client();
      handled.push(...sequences(await take(second.events.subscribe({ durable: 'ivr' }), 4)));
      expect([...handled].sort()).toEqual([1, 2, 3, 4, 5, 6]);
      expect(handled.indexOf(3)).toBeLessThan(handled.indexOf(4));
    });

    test('an event that takes longer than the server waits for is not handed over again', async () => {
      const jsm = await scene.nc.jetstreamManager();
      await jsm.consumers.add(scene.streamOf('events'), {
        durable_name: 'slow',
        ack_policy: AckPolicy.Explicit,
        ack_wait: nanos(600),
        filter_subject: `${scene.names.events}.*.>`,
      });
      const client = await scene.client();
      const events = client.events.subscribe({ durable: 'slow' });
      await events.ready();
      await publish(1, 2);
      const handled: number[] = [];
      for await (const { sequence } of events) {
        handled.push(sequence);
        if (sequence === 2) break;
        await sleep(1_500);
      }
      expect(handled).toEqual([1, 2]);
      const { num_redelivered } = await jsm.consumers.info(scene.streamOf('events'), 'slow');
      expect(num_redelivered).toBe(0);
    });

    test('a loop that has ended leaves nothing on the server', async () => {
      const client = await scene.client();
      const events = client.events.subscribe();
      await events.ready();
      await publish(1, 1);
      for await (const _ of events) break;
      const jsm = await scene.nc.jetstreamManager();
      await eventually(async () => {
        expect(await jsm.consumers.list(scene.streamOf('events')).next()).toEqual([]);
      });
    });

    test('a fault in what is told of trouble does not end the connection', async () => {
      const { client, proxy } = await scene.cuttable({
        onTrouble: ({ message }) => {
          scene.troubles.push(message);
          throw new Error('a fault in onTrouble');
        },
      });
      const events = client.events.subscribe();
      await events.ready();
      proxy.cut();
      await eventually(() => expect(scene.troubles.join()).toContain('the connection to'));
      proxy.restore();
      await publish(1, 1);
      expect(sequences(await take(events, 1))).toEqual([1]);
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
      await publish(1, 100);
      await eventually(() => expect(seen.flat()).toHaveLength(100));
      await Promise.all(clients.map((client) => client.close()));
      await Promise.all(loops);
      expect(seen.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
      expect(seen.every((own) => own.length > 0)).toBe(true);
    });

    async function client0Ready(client: Awaited<ReturnType<Scene['client']>> | undefined): Promise<void> {
      const events = client?.events.subscribe({ durable: 'ivr', signal: AbortSignal.abort() });
      await events?.ready();
    }

    test('a durable name that reads something else is refused', async () => {
      const client = await scene.client();
      await client.events.subscribe({ durable: 'ivr', type: 'verb:hook' }).ready();
      const events = client.events.subscribe({ durable: 'ivr', type: 'verb:status' });
      await expect(take(events, 1)).rejects.toMatchObject({
        code: 'bad_config',
        message: expect.stringContaining('take another name'),
      });
    });

    test('its signal ends a loop, which has done its item by then', async () => {
      const client = await scene.client();
      const ended = new AbortController();
      const events = client.events.subscribe({ durable: 'ivr', signal: ended.signal });
      await events.ready();
      await publish(1, 3);
      const handled: number[] = [];
      for await (const { sequence } of events) {
        handled.push(sequence);
        if (sequence === 2) ended.abort();
      }
      handled.push(...sequences(await take(client.events.subscribe({ durable: 'ivr' }), 1)));
      expect(handled).toEqual([1, 2, 3]);
    });

    test('close lets a loop finish its item, commands included, and ends it', async () => {
      const client = await scene.client({ drainMs: 5_000 });
      const events = client.events.subscribe({ durable: 'ivr' });
      await events.ready();
      await publish(1, 2);
      let closed: Promise<void> | undefined;
      const statuses: string[] = [];
      for await (const { callSid, id } of events) {
        closed = client.close();
        await sleep(20);
        statuses.push((await client.acks.send(callSid, id)).status);
      }
      await closed;
      expect(statuses).toEqual(['delivered']);
      expect(() => client.events.subscribe()).toThrow('closing');
      const next = await take((await scene.client()).events.subscribe({ durable: 'ivr' }), 1);
      expect(sequences(next)).toEqual([2]);
    });

    test('without a stream, and for names that cannot be, it fails', async () => {
      const client = await scene.client({ prefix: 'nobody-here' });
      const missing = {
        code: 'bus_unavailable',
        message: expect.stringContaining('no stream has nobody-here.events.*.>'),
      };
      const events = client.events.subscribe();
      await expect(events.ready()).rejects.toMatchObject(missing);
      await expect(take(events, 1)).rejects.toMatchObject(missing);
      expect(() => client.events.subscribe({ callSid: '*' })).toThrow('callSid');
      expect(() => client.events.subscribe({ durable: 'a.b' })).toThrow('durable');
      expect(() => client.events.subscribe({ type: 'verb:*' })).toThrow('type');
    });

    test('results can be followed: of all, of a call, of a command', async () => {
      const client = await scene.client();
      const results = [
        client.results.subscribe(),
        client.results.subscribe({ callSid: OTHER_CALL }),
        client.results.subscribe({ commandId: 'c2' }),
      ] as const;
      await Promise.all(results.map((each) => each.ready()));
      await scene.result({ commandId: 'c1' });
      await scene.result({ commandId: 'c2' });
      await scene.result({ commandId: 'c2', status: 'finished', verbId: 'v1' });
      await scene.result({ commandId: 'c3', callSid: OTHER_CALL });
      const told = async (each: (typeof results)[number], count: number): Promise<string[]> =>
        (await take(each, count)).map(({ commandId, status }) => `${commandId} ${status}`);
      expect(await told(results[0], 4)).toEqual(['c1 delivered', 'c2 delivered', 'c2 finished', 'c3 delivered']);
      expect(await told(results[1], 1)).toEqual(['c3 delivered']);
      expect(await told(results[2], 2)).toEqual(['c2 delivered', 'c2 finished']);
    });
  });
}
