import { describeWithNats, type NatsServer } from '../../brokers/nats/index.ts';
import { type Load, startCalls } from '../../simulator/index.ts';
import { delay, eventually } from '../cluster-harness.ts';
import { type NatsCluster, type Publisher, type StreamMessage, startNatsCluster } from './nats-cluster.ts';

/*
 * Two gateways, two adapters, a nats-server, 500 calls and a publisher, each a process of its own (the calls are one), and
 * then something dies. Every command must have exactly one result and reach its call once, in order; every call's events
 * must be in order on the bus, numbered without a gap.
 */

const CALLS = 500;
const CALLS_PER_SECOND = 250;
const COMMANDS_PER_CALL = 10;
const PAUSE_MS = 400;

let server: NatsServer;
let cluster: NatsCluster;
let publisher: Publisher;
let load: Load;
let hangUp: AbortController;

/** Lets the fault happen in the middle of the load, then checks everything that must hold. */
async function holds(fault: () => Promise<void>): Promise<void> {
  await eventually('the calls', () => load.report().placed === CALLS && load.report().counters.callsSetUp === CALLS);
  await delay(1_000);
  await fault();
  const { published, calls } = await publisher.finish();
  expect([calls, published]).toEqual([CALLS, CALLS * COMMANDS_PER_CALL]);

  const terminal = async (): Promise<StreamMessage[]> =>
    (await cluster.read('results')).filter(({ json }) => json.status === 'delivered' || json.status === 'rejected');
  await eventually('a result for every command', async () => idsOf(await terminal()).size === published);
  const results = await terminal();
  expect(results.filter(({ json }) => json.status === 'rejected').map(({ json }) => json)).toEqual([]);
  // The stream drops the second publish of a result, so even a crash leaves one of each.
  expect(results).toHaveLength(published);

  const { order, counters } = load.report();
  expect(order).toEqual({ outOfOrder: 0, repeated: 0, missing: 0 });
  // The first command of a call answers its session:new.
  expect(counters.commandsReceived).toBe(CALLS * (COMMANDS_PER_CALL - 1));
  expect(await cluster.read('deadletters')).toEqual([]);
  expectNumbered(await cluster.read('events'));
}

function idsOf(messages: readonly StreamMessage[]): Set<string | undefined> {
  return new Set(messages.map(({ attributes }) => attributes['id']));
}

/** Every call's events count up by one from 1, in the order of the stream. */
function expectNumbered(events: readonly StreamMessage[]): void {
  const last = new Map<string, number>();
  const wrong: string[] = [];
  for (const { callSid, attributes } of events) {
    const sequence = Number(attributes['sequence']);
    const expected = (last.get(callSid) ?? 0) + 1;
    if (sequence !== expected) wrong.push(`${callSid}: ${sequence} instead of ${expected}`);
    last.set(callSid, sequence);
  }
  expect(wrong.slice(0, 5)).toEqual([]);
  expect(last.size).toBe(CALLS);
}

await describeWithNats('500 calls over NATS', { version: 'newest' }, (nats) => {
  beforeEach(async () => {
    server = await nats.start();
    cluster = await startNatsCluster(server.url);
    publisher = await cluster.startPublisher(COMMANDS_PER_CALL, PAUSE_MS);
    hangUp = new AbortController();
    load = startCalls({
      url: cluster.websocketUrl,
      calls: CALLS,
      rate: CALLS_PER_SECOND,
      compression: false,
      // Reconnects take the time they take with jambonz.
      reconnectSpeed: 1,
      speed: 10,
      signal: hangUp.signal,
    });
  }, 60_000);

  afterEach(async () => {
    hangUp.abort();
    await Promise.all([...load.calls].map((call) => call.abort()));
    await cluster.close();
    await server.stop();
  }, 60_000);

  test('without a fault', () => holds(async () => {}), 90_000);

  test('an adapter is killed', () => holds(async () => cluster.adapters[0]?.kill()), 90_000);

  test(
    'nats-server is killed and comes back with its store',
    () =>
      holds(async () => {
        await server.kill();
        await delay(2_000);
        await server.restart();
      }),
    90_000,
  );

  test(
    'every link is cut for 5 s',
    () =>
      holds(async () => {
        for (const link of cluster.links) link.cut();
        await delay(5_000);
        for (const link of cluster.links) link.restore();
      }),
    90_000,
  );

  test(
    'a gateway is killed and its calls go to the other',
    () => holds(async () => cluster.gateways[0]?.kill()),
    90_000,
  );
});
