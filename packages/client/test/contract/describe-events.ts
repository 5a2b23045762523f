import { setTimeout as sleep } from 'node:timers/promises';
import { otherType } from '../../src/index.ts';
import { CALL, type ClientScene, OTHER_CALL, publish, sequences, take } from './client-scene.ts';

/** What following events and results is on every bus. */
export function describeEvents(sceneNow: () => ClientScene): void {
  let scene: ClientScene;

  beforeEach(() => {
    scene = sceneNow();
  });

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
    await publish(scene, 1, 3);
    const client = await scene.client();
    const events = client.events.subscribe();
    await events.ready();
    await publish(scene, 4, 6);
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
    // What was not asked for is no trouble.
    expect(scene.troubles).toEqual([]);
  });

  test('a type that is not known, and a form that a type does not have, come as other', async () => {
    const client = await scene.client();
    const events = client.events.subscribe();
    const newer = client.events.subscribe({ type: otherType('verb:progress') });
    await Promise.all([events.ready(), newer.ready()]);
    await scene.event({ sequence: 1, type: 'verb:progress', data: { percent: 50 } });
    await scene.event({ sequence: 2, type: 'call:status', data: { call_status: 200 } });
    await scene.event({ sequence: 3, type: 'jambus:lost', data: { since: 200 } });
    expect(await take(events, 3)).toMatchObject([
      { type: 'other', message: { type: 'verb:progress', data: { percent: 50 } } },
      { type: 'other', message: { type: 'call:status' } },
      { type: 'other', message: { type: 'jambus:lost' } },
    ]);
    expect(await take(newer, 1)).toMatchObject([{ type: 'other', message: { type: 'verb:progress' } }]);
  });

  test('what jambus itself says comes by its type', async () => {
    const client = await scene.client();
    const events = client.events.subscribe();
    const lost = client.events.subscribe({ type: 'jambus:lost' });
    await Promise.all([events.ready(), lost.ready()]);
    await scene.event({ sequence: 1, type: 'jambus:omitted', data: { type: 'verb:hook', bytes: 2_000_000 } });
    await scene.event({ sequence: 2, type: 'jambus:lost', data: { since: 'then' } });
    expect(await take(events, 2)).toMatchObject([
      { type: 'jambus:omitted', message: { data: { bytes: 2_000_000 } } },
      { type: 'jambus:lost', message: { data: { since: 'then' } } },
    ]);
    expect(await take(lost, 1)).toMatchObject([{ type: 'jambus:lost', sequence: 2 }]);
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

  test('what was published while the connection was away comes afterwards, without a gap', async () => {
    const { client, proxy } = await scene.cuttable();
    const events = client.events.subscribe();
    await events.ready();
    const all = take(events, 9);
    await publish(scene, 1, 3);
    proxy.cut();
    await scene.connectionLost();
    await publish(scene, 4, 6);
    proxy.restore();
    await publish(scene, 7, 9);
    expect(sequences(await all)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('a first connection loss before any event loses none', async () => {
    const { client, proxy } = await scene.cuttable();
    await publish(scene, 1, 2);
    const events = client.events.subscribe();
    await events.ready();
    proxy.cut();
    await scene.connectionLost();
    await publish(scene, 3, 4);
    proxy.restore();
    expect(sequences(await take(events, 2))).toEqual([3, 4]);
  });

  test('a durable subscription comes back to what was not done, and only to that', async () => {
    const first = await scene.client();
    const events = first.events.subscribe({ durable: 'ivr' });
    await events.ready();
    await publish(scene, 1, 4);
    await scene.fetched('ivr', 4);
    const handled: number[] = [];
    for await (const { sequence } of events) {
      if (sequence === 3) break;
      handled.push(sequence);
    }
    await first.close();
    await publish(scene, 5, 6);
    const second = await scene.client();
    handled.push(...sequences(await take(second.events.subscribe({ durable: 'ivr' }), 4)));
    expect([...handled].sort()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(handled.indexOf(3)).toBeLessThan(handled.indexOf(4));
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
    await scene.connectionLost();
    proxy.restore();
    await publish(scene, 1, 1);
    expect(sequences(await take(events, 1))).toEqual([1]);
  });

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
    await publish(scene, 1, 3);
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
    await publish(scene, 1, 2);
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

  test('without a place for events it fails', async () => {
    const client = await scene.client({ prefix: 'nobody-here' });
    const missing = {
      code: 'bus_unavailable',
      message: expect.stringMatching(/nobody-here\.events.*no adapter has been here yet/),
    };
    const events = client.events.subscribe();
    await expect(events.ready()).rejects.toMatchObject(missing);
    await expect(take(events, 1)).rejects.toMatchObject(missing);
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
    // Of different calls, any may come first.
    const ofAll = await told(results[0], 4);
    expect(ofAll.filter((each) => each !== 'c3 delivered')).toEqual(['c1 delivered', 'c2 delivered', 'c2 finished']);
    expect(ofAll).toContain('c3 delivered');
    expect(await told(results[1], 1)).toEqual(['c3 delivered']);
    expect(await told(results[2], 2)).toEqual(['c2 delivered', 'c2 finished']);
  });
}
