import { setTimeout as sleep } from 'node:timers/promises';
import { describeWithKafka, type KafkaBroker } from '../../../../test/brokers/kafka/index.ts';
import { eventually } from '../../../bus/test/support/eventually.ts';
import type { JambusEvent, Subscription } from '../../src/index.ts';
import { OTHER_CALL, publish, sequences, take } from '../contract/client-scene.ts';
import { describeEvents } from '../contract/describe-events.ts';
import { createTopics, type KafkaScene, openKafkaScene, SESSION_MS, SHORT_SESSIONS } from './support/kafka-scene.ts';

const LONG_MS = 150_000;
const PATIENCE_MS = 45_000;

for (const version of ['newest', '3'] as const) {
  await describeWithKafka(`events of a client, Kafka ${version}`, { version }, (kafka) => {
    let broker: KafkaBroker;
    let scene: KafkaScene;

    beforeAll(async () => {
      broker = await kafka.start(kafka.ours ? { properties: SHORT_SESSIONS } : {});
    }, 600_000);
    afterAll(() => broker.stop());
    beforeEach(async () => {
      scene = await openKafkaScene(broker);
    });
    afterEach(() => scene.close(), LONG_MS);

    describeEvents(() => scene);

    test('a durable name begins everywhere when it is first used, also where nothing comes for a while', async () => {
      await publish(scene, 1, 2);
      const first = await scene.client();
      const events = first.events.subscribe({ durable: 'ivr' });
      await events.ready();
      expect((await scene.committed('ivr')).sort()).toEqual([0, 0, 0, 2]);
      await publish(scene, 3, 3);
      expect(sequences(await take(events, 1))).toEqual([3]);
      await first.close();
      await publish(scene, 4, 4);
      await scene.event({ callSid: OTHER_CALL, sequence: 5 });
      const second = await scene.client();
      const left = sequences(await take(second.events.subscribe({ durable: 'ivr' }), 3));
      // The first loop was still at its event.
      expect(left.sort()).toEqual([3, 4, 5]);
    });
  });
}

await describeWithKafka('durable names on Kafka', { version: 'newest' }, (kafka) => {
  const calls = Array.from({ length: 20 }, (_, index) => `call-${index}`);
  let broker: KafkaBroker;
  let scene: KafkaScene;

  beforeAll(async () => {
    broker = await kafka.start(kafka.ours ? { properties: SHORT_SESSIONS } : {});
  }, 600_000);
  afterAll(() => broker.stop());
  beforeEach(async () => {
    scene = await openKafkaScene(broker);
  });
  afterEach(() => scene.close(), LONG_MS);

  /** So many events of each call. */
  async function publishAll(from: number, to: number): Promise<void> {
    const sent: Promise<void>[] = [];
    for (let sequence = from; sequence <= to; sequence++) {
      sent.push(...calls.map((callSid) => scene.event({ callSid, sequence })));
    }
    await Promise.all(sent);
  }

  /** Follows until the client is closed; `seen` has the ids in the order in which they came. */
  async function follow(events: Subscription<JambusEvent>, seen: string[], pauseMs = 0): Promise<void> {
    for await (const { callSid, sequence } of events) {
      seen.push(`${callSid}/${sequence}`);
      if (pauseMs > 0) await sleep(pauseMs);
    }
  }

  const all = (from: number, to: number): string[] =>
    calls.flatMap((callSid) => Array.from({ length: to - from + 1 }, (_, n) => `${callSid}/${from + n}`)).sort();

  test('processes that share one get each event once between them', async () => {
    const seen: [string[], string[]] = [[], []];
    const clients = [await scene.client(), await scene.client()] as const;
    const loops = clients.map((client, index) =>
      follow(client.events.subscribe({ durable: 'ivr' }), seen[index === 0 ? 0 : 1]),
    );
    await scene.members('ivr', 2);
    await eventually(async () => expect(await scene.committed('ivr')).toEqual([0, 0, 0, 0]), PATIENCE_MS);
    await publishAll(1, 5);
    await eventually(() => expect(seen.flat().sort()).toEqual(all(1, 5)), PATIENCE_MS);
    await Promise.all(clients.map((client) => client.close()));
    await Promise.all(loops);
    expect(seen.every((own) => own.length > 0)).toBe(true);
    // Everything was committed before they left.
    expect((await scene.committed('ivr')).reduce((sum, offset) => sum + offset, 0)).toBe(100);
  });

  test(
    'another one that joins and leaves under way loses nothing, and a call stays in its order',
    async () => {
      const seen: [string[], string[]] = [[], []];
      const first = await scene.client();
      const events = first.events.subscribe({ durable: 'ivr' });
      await events.ready();
      const loop = follow(events, seen[0], 2);
      await publishAll(1, 10);
      const second = await scene.client();
      const other = follow(second.events.subscribe({ durable: 'ivr' }), seen[1], 2);
      await scene.members('ivr', 2);
      await publishAll(11, 20);
      await eventually(() => expect(seen[1].length).toBeGreaterThan(10), PATIENCE_MS);
      await second.close();
      await other;
      await eventually(() => expect([...new Set(seen.flat())].sort()).toEqual(all(1, 20)), PATIENCE_MS);
      await first.close();
      await loop;
      // What was not done when it moved comes again; within one process, nothing comes before what it follows.
      for (const own of seen) for (const callSid of calls) expect(inversions(own, callSid)).toEqual([]);
    },
    LONG_MS,
  );

  test(
    'what a process that died was at goes to another, and what came after it too',
    async () => {
      const { client, proxy } = await scene.cuttable();
      const events = client.events.subscribe({ durable: 'ivr' });
      await events.ready();
      await publish(scene, 1, 5);
      expect(sequences(await take(events, 3))).toEqual([1, 2, 3]);
      // The loop has asked for 2 and 3, so 1 and 2 are done.
      await eventually(async () => expect(Math.max(...(await scene.committed('ivr')))).toBe(2), PATIENCE_MS);
      proxy.cut();
      const heir = await scene.client();
      expect(sequences(await take(heir.events.subscribe({ durable: 'ivr' }), 3))).toEqual([3, 4, 5]);
    },
    LONG_MS,
  );

  test('a process that is long at an event keeps it', async () => {
    const [client, another] = [await scene.client(), await scene.client()];
    const events = client.events.subscribe({ durable: 'ivr' });
    await events.ready();
    await publish(scene, 1, 2);
    const handled: number[] = [];
    const seen: string[] = [];
    for await (const { sequence } of events) {
      handled.push(sequence);
      if (sequence === 2) break;
      await sleep(2 * SESSION_MS);
      expect(scene.troubles).toEqual([]);
      expect((await scene.admin.describeGroups(['ivr'])).groups[0]?.members).toHaveLength(1);
    }
    expect(handled).toEqual([1, 2]);
    const rest = follow(another.events.subscribe({ durable: 'ivr' }), seen);
    await eventually(() => expect(seen).toHaveLength(1), PATIENCE_MS);
    await another.close();
    await rest;
    expect(seen).toEqual([expect.stringMatching('/2$')]);
  });

  test('a loop that never asks again does not keep its client from closing, nor others from its events', async () => {
    const client = await scene.client({ drainMs: 100 });
    const events = client.events.subscribe({ durable: 'ivr' });
    await events.ready();
    await publish(scene, 1, 1);
    await take(events, 1);
    await client.close();
    await scene.members('ivr', 0);
    const heir = await scene.client();
    expect(sequences(await take(heir.events.subscribe({ durable: 'ivr' }), 1))).toEqual([1]);
  });

  test('somebody who reads something else may have the name when nobody uses it', async () => {
    const first = await scene.client();
    await first.events.subscribe({ durable: 'ivr', type: 'verb:hook' }).ready();
    await first.close();
    const second = await scene.client();
    const events = second.events.subscribe({ durable: 'ivr', type: 'verb:status' });
    await publish(scene, 1, 1);
    expect(sequences(await take(events, 1))).toEqual([1]);
  });
});

await describeWithKafka('subscriptions from now on, on Kafka', { version: 'newest' }, (kafka) => {
  let broker: KafkaBroker;
  let scene: KafkaScene;

  beforeAll(async () => {
    broker = await kafka.start(kafka.ours ? { properties: SHORT_SESSIONS } : {});
  }, 600_000);
  afterAll(() => broker.stop());
  beforeEach(async () => {
    scene = await openKafkaScene(broker);
  });
  afterEach(() => scene.close(), LONG_MS);

  /** Consumer groups of a client's own. */
  async function groupsOf(clientId: string): Promise<string[]> {
    const { groups } = await scene.admin.listGroups();
    return groups.map(({ groupId }) => groupId).filter((groupId) => groupId.startsWith(`${clientId}.`));
  }

  test('a loop that is slow misses nothing of what is more than it has room for', async () => {
    const client = await scene.client();
    const events = client.events.subscribe();
    await events.ready();
    const large = JSON.stringify({ type: 'verb:status', call_sid: 'c', data: { event: 'x'.repeat(20_000) } });
    // Four times what may wait of one partition.
    const sent = Array.from({ length: 50 }, (_, n) => scene.event({ sequence: n + 1, payload: large }));
    await Promise.all(sent);
    const first = await take(events, 1);
    await sleep(2 * SESSION_MS);
    const rest = await take(events, 49);
    expect(sequences([...first, ...rest])).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
    expect(scene.troubles).toEqual([]);
  });

  test('one that begins without a connection has its place as soon as there is one', async () => {
    const { client, proxy } = await scene.cuttable();
    await publish(scene, 1, 1);
    proxy.cut();
    const events = client.events.subscribe();
    const ready = events.ready();
    await scene.connectionLost();
    proxy.restore();
    await ready;
    await publish(scene, 2, 3);
    expect(sequences(await take(events, 2))).toEqual([2, 3]);
  });

  test('after a lost connection, what reads for itself does so in a new group, where nobody has to be waited for', async () => {
    const { client, proxy } = await scene.cuttable({ clientId: 'again' });
    const events = client.events.subscribe();
    await events.ready();
    await publish(scene, 1, 1);
    expect(sequences(await take(events, 1))).toEqual([1]);
    const before = await groupsOf('again');
    proxy.cut();
    await scene.connectionLost();
    await publish(scene, 2, 2);
    proxy.restore();
    expect(sequences(await take(events, 1))).toEqual([2]);
    expect((await groupsOf('again')).filter((group) => !before.includes(group))).not.toEqual([]);
  });

  test(
    'a topic that was made anew is read from its beginning',
    async () => {
      const client = await scene.client();
      const events = client.events.subscribe();
      await events.ready();
      await publish(scene, 1, 5);
      expect(sequences(await take(events, 5))).toEqual([1, 2, 3, 4, 5]);
      const { events: topic } = scene.names;
      await scene.admin.deleteTopics({ topics: [topic] });
      // Not before it has gone.
      await eventually(() => createTopics(scene.admin, [topic]), PATIENCE_MS);
      await publish(scene, 6, 7);
      expect(sequences(await take(events, 2))).toEqual([6, 7]);
    },
    LONG_MS,
  );

  test('what reads for itself alone leaves its groups empty, without a position', async () => {
    const client = await scene.client({ clientId: 'alone' });
    const events = client.events.subscribe();
    await events.ready();
    await publish(scene, 1, 1);
    for await (const _ of events) break;
    await client.close();
    const own = await groupsOf('alone');
    expect(own).toHaveLength(2);
    for (const group of own) {
      await scene.members(group, 0);
      expect(await scene.committed(group)).toEqual([-1, -1, -1, -1]);
    }
  });
});

/** Where an event of the call comes after a later one for the first time. */
function inversions(seen: readonly string[], callSid: string): string[] {
  const ofCall = seen.filter((each) => each.startsWith(`${callSid}/`));
  const first = [...new Set(ofCall)].map((each) => Number(each.split('/')[1]));
  return ofCall.length === 0 || first.every((sequence, n) => n === 0 || sequence > (first[n - 1] ?? 0)) ? [] : ofCall;
}
