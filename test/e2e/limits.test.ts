import type { SimulatedCall } from '../simulator/index.ts';
import {
  type AdapterHandle,
  type Cluster,
  delay,
  eventually,
  type GatewayHandle,
  startCluster,
} from './cluster-harness.ts';

const MIB = 1024 * 1024;
const verb = (id: string): object => ({
  type: 'command',
  command: 'redirect',
  data: [{ verb: 'pause', id, length: 0 }],
});

/** Something that jambonz says, of this many bytes. */
const said = (call: SimulatedCall, n: number, bytes: number): string =>
  JSON.stringify({ type: 'llm:event', call_sid: call.callSid, data: { n, padding: 'x'.repeat(bytes) } });

async function metricOf({ adminUrl }: GatewayHandle, name: string): Promise<number> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text();
  return Number(new RegExp(`^${name}(?:{[^}]*})? ([\\d.e+]+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
}

const readiness = async ({ adminUrl }: GatewayHandle): Promise<number> => (await fetch(`${adminUrl}/readyz`)).status;

let cluster: Cluster;
beforeEach(async () => {
  cluster = await startCluster();
});
afterEach(() => cluster.close());

describe('G6: a bus that is away', () => {
  const BOUND = 4 * MIB;
  let gateway: GatewayHandle;
  let adapter: AdapterHandle;
  let calls: SimulatedCall[];
  beforeEach(async () => {
    gateway = await cluster.addGateway({ JAMBUS_EVENT_BUFFER_BYTES: String(BOUND) });
    adapter = await cluster.addAdapter();
    calls = await cluster.liveCalls(gateway, 20);
    adapter.cable.away = true;
  });

  test('fills the buffer to its bound and no further, stops new calls, and loses nothing', async () => {
    const before = (await cluster.messages('events')).length;
    expect(await readiness(gateway)).toBe(200);
    // Twice what the buffer takes.
    for (let n = 0; n < 40; n++) for (const call of calls) call.sendRaw(said(call, n, BOUND / 400));
    await eventually('the gateway is unready', async () => (await readiness(gateway)) === 503);
    const late = cluster.call(gateway);
    for (let look = 0; look < 10; look++) {
      expect(await metricOf(gateway, 'jambus_events_pending_bytes')).toBeLessThanOrEqual(BOUND);
      await delay(50);
    }
    expect(late.received).toEqual([]);
    adapter.cable.away = false;
    await eventually(
      'every event',
      async () => (await cluster.messages('events')).length >= before + 40 * calls.length,
    );
    await eventually('the gateway is ready', async () => (await readiness(gateway)) === 200);
    await late.abort();
    await cluster.liveCalls(gateway, 1);
    for (const { callSid } of calls) {
      const events = (await cluster.messages('events')).filter((event) => event.callSid === callSid);
      expect(events.map(({ attributes }) => Number(attributes['sequence']))).toEqual(events.map((_, n) => n + 1));
    }
  });
});

test('a message as large as the limit allows reaches the bus, and silences nobody', async () => {
  const gateway = await cluster.addGateway({ JAMBUS_MAX_INBOUND_BYTES: String(32 * MIB) });
  await cluster.addAdapter();
  const [large, other] = (await cluster.liveCalls(gateway, 2)) as [SimulatedCall, SimulatedCall];
  large.sendRaw(said(large, 1, 20 * MIB));
  for (const call of [other, large]) {
    await cluster.settled([cluster.publish(call.callSid, verb('after'))]);
    await eventually('its verb', async () =>
      (await cluster.messages('events')).some(
        ({ callSid, payload }) => callSid === call.callSid && Buffer.from(payload).includes('"finished","id":"after"'),
      ),
    );
  }
  const events = (await cluster.messages('events')).filter(({ callSid }) => callSid === large.callSid);
  expect(events.some(({ payload }) => payload.byteLength > 20 * MIB)).toBe(true);
  expect(events.map(({ attributes }) => Number(attributes['sequence']))).toEqual(events.map((_, n) => n + 1));
});
