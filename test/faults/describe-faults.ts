// The helper is code that tests import, so it is compiled with the package, which knows nothing of jest otherwise.
/// <reference types="jest" />
import { type JambusCluster, startJambusCluster } from '../cluster/jambus-cluster.ts';
import { delay, eventually as eventuallyWithin } from '../e2e/cluster-harness.ts';
import { type Load, startCalls } from '../simulator/index.ts';
import type { ChannelMessage, FaultyBroker, Publisher } from './broker.ts';

const CALLS = 500;
const CALLS_PER_SECOND = 250;
const COMMANDS_PER_CALL = 10;
const PAUSE_MS = 400;
const PATIENCE_MS = 30_000;
const LONG_MS = 120_000;

const eventually = (what: string, condition: () => boolean | Promise<boolean>): Promise<void> =>
  eventuallyWithin(what, condition, PATIENCE_MS);

/**
 * Declares the faults: two gateways, two adapters, a broker, 500 calls and a publisher, each a process of its own (the calls
 * are one), and then something dies. Every command must have exactly one result and reach its call once, in order; every
 * call's events must be in order on the bus, numbered without a gap; and nothing must be left to do.
 *
 * @param startBroker called for each of them
 */
export function describeFaults(startBroker: () => Promise<FaultyBroker>): void {
  let broker: FaultyBroker;
  let cluster: JambusCluster;
  let publisher: Publisher;
  let load: Load;
  let hangUp: AbortController;

  /** Lets the fault happen in the middle of the load, then checks everything that must hold. */
  const holds = async (fault: () => Promise<void>): Promise<void> => {
    await eventually('the calls', () => load.report().placed === CALLS && load.report().counters.callsSetUp === CALLS)
      // They are what can fail by a machine that is too busy, and this tells.
      .catch(() => expect(load.report()).toEqual({ placed: CALLS, callsSetUp: CALLS }));
    await delay(1_000);
    await fault();
    const { published, calls } = await publisher.finish();
    expect([calls, published]).toEqual([CALLS, CALLS * COMMANDS_PER_CALL]);

    const stored = await broker.stored();
    const terminal = async (): Promise<ChannelMessage[]> =>
      (await broker.read('results')).filter(({ json }) => json.status === 'delivered' || json.status === 'rejected');
    await eventually('a result for every command', async () => idsOf(await terminal()).size === stored);
    const results = broker.dropsRepeats ? await terminal() : withoutRepeats(await terminal());
    expect(results).toHaveLength(stored);
    expect(results.filter(({ json }) => json.status === 'delivered')).toHaveLength(published);
    // Of a command that was published twice the second has no effect.
    const refused = results.filter(({ json }) => json.status === 'rejected' && json.code !== 'duplicate');
    expect(refused.map(({ json }) => json)).toEqual([]);

    const { order, counters } = load.report();
    expect(order).toEqual({ outOfOrder: 0, repeated: 0, missing: 0 });
    // The first command of a call answers its session:new, unless that was too long ago.
    expect(counters.commandsReceived).toBeGreaterThanOrEqual(CALLS * (COMMANDS_PER_CALL - 1));
    expect(counters.commandsReceived).toBeLessThanOrEqual(published);
    expect(await broker.read('deadletters')).toEqual([]);
    const events = await broker.read('events');
    expectNumbered(broker.dropsRepeats ? events : withoutRepeats(events));
    await eventually('nothing left to do', async () => (await broker.lag()) === 0);
  };

  beforeEach(async () => {
    broker = await startBroker();
    cluster = await startJambusCluster({ gateways: 2, adapters: 2, bus: broker.settings });
    publisher = await broker.startPublisher(COMMANDS_PER_CALL, PAUSE_MS);
    hangUp = new AbortController();
    load = startCalls({
      url: cluster.websocketUrl,
      calls: CALLS,
      rate: CALLS_PER_SECOND,
      compression: false,
      // Longer than jambonz waits: on a busy machine that would be a fault of its own.
      handshakeTimeoutMs: 15_000,
      // Reconnects take the time they take with jambonz.
      reconnectSpeed: 1,
      speed: 10,
      signal: hangUp.signal,
    });
  }, LONG_MS);

  afterEach(async () => {
    hangUp.abort();
    await Promise.all([...load.calls].map((call) => call.abort()));
    await cluster.close();
    await broker.close();
  }, LONG_MS);

  test('without a fault', () => holds(async () => {}), LONG_MS);

  test('an adapter is killed', () => holds(async () => cluster.adapters[0]?.kill()), LONG_MS);

  test(
    'the broker is killed and comes back with its store',
    () =>
      holds(async () => {
        await broker.kill();
        await delay(2_000);
        await broker.restart();
      }),
    LONG_MS,
  );

  test(
    'every link is cut for 5 s',
    () =>
      holds(async () => {
        for (const link of cluster.links) link.cut();
        await delay(5_000);
        for (const link of cluster.links) link.restore();
      }),
    LONG_MS,
  );

  test(
    'a gateway is killed and its calls go to the other',
    () => holds(async () => cluster.gateways[0]?.kill()),
    LONG_MS,
  );

  test(
    'an adapter comes or goes every other second',
    () =>
      holds(async () => {
        for (let round = 0; round < 3; round++) {
          const extra = await cluster.addAdapter();
          await delay(2_000);
          await extra.stop();
          await delay(2_000);
        }
      }),
    LONG_MS,
  );
}

function idsOf(messages: readonly ChannelMessage[]): Set<string | undefined> {
  return new Set(messages.map(({ attributes }) => attributes['id']));
}

/** The first of each id, in their order. */
function withoutRepeats(messages: readonly ChannelMessage[]): ChannelMessage[] {
  const seen = new Set<string>();
  return messages.filter(({ attributes: { id = '' } }) => !seen.has(id) && seen.add(id));
}

/** Every call's events count up by one from 1, in the order of the channel. */
function expectNumbered(events: readonly ChannelMessage[]): void {
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
