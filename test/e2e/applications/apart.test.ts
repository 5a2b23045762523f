import { describeWithNats, type NatsServer } from '../../brokers/nats/index.ts';
import type { SimulatedCall } from '../../simulator/index.ts';
import { eventually } from '../cluster-harness.ts';
import { startTwoBuses, type TwoBuses } from './two-buses.ts';

const PATIENCE_MS = 45_000;
const STRANGER = 'no-such-call';

/* Two applications share the gateways and have a prefix each, so that the rights of a broker keep their services apart. */
await describeWithNats('applications apart, on nats', { version: 'newest' }, (nats) => {
  let server: NatsServer;
  let two: TwoBuses;
  let sales: SimulatedCall[];
  let support: SimulatedCall[];

  beforeAll(async () => {
    server = await nats.start();
    two = await startTwoBuses(server);
    await Promise.all([two.startAdapters('sales'), two.startAdapters('support')]);
    [sales, support] = await Promise.all([two.liveCalls('sales', 4), two.liveCalls('support', 4)]);
  }, 180_000);
  afterAll(async () => {
    await two.close();
    await server.stop();
  }, 60_000);

  /** All that the calls have said is on the bus, without a gap, and nothing of it is on the other. */
  const expectApart = async (): Promise<void> => {
    for (const [calls, own, other] of [
      [sales, 'sales', 'support'],
      [support, 'support', 'sales'],
    ] as const) {
      for (const { callSid, sent } of calls) {
        const events = () => two.about(own, callSid).filter(({ channel }) => channel === 'events');
        await eventually(`the events of ${callSid}`, () => events().length === sent.length, PATIENCE_MS);
        expect(events().map(({ sequence }) => sequence)).toEqual(sent.map((_, n) => n + 1));
        expect(two.about(other, callSid).filter(({ channel }) => channel === 'events')).toEqual([]);
      }
    }
  };
  /** Each call carries out a command of its own bus. */
  const expectServed = async (calls: readonly SimulatedCall[], prefix: 'sales' | 'support', verb: string) => {
    const ids = calls.map(({ callSid }) => two.command(prefix, callSid, verb));
    const outcomes = await Promise.all(ids.map((id) => two.outcome(prefix, id)));
    expect(outcomes.map(({ status }) => status)).toEqual(calls.map(() => 'delivered'));
    const ran = `"finished","id":"${verb}"`;
    await Promise.all(calls.map((call) => call.waitFor(({ raw }) => raw.includes(ran), PATIENCE_MS)));
  };
  const [at, callSidIn] = [/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, /[\da-f]{8}-[\da-f-]{27}|no-such-call/g];

  test('what a call says, and what becomes of its commands, is on its own bus only', async () => {
    await expectServed(sales, 'sales', 'first');
    await expectServed(support, 'support', 'first');
    await expectApart();
    for (const { callSid } of sales) expect(two.about('support', callSid)).toEqual([]);
  }, 60_000);

  test('a command on another bus is refused as one for a call that there never was, and does not reach it', async () => {
    const [call] = sales as [SimulatedCall];
    const before = call.received.length;
    const refused = await two.outcome('support', two.command('support', call.callSid, 'stolen'));
    const unknown = await two.outcome('support', two.command('support', STRANGER, 'stolen'));
    expect(refused).toMatchObject({ status: 'rejected', code: 'unknown_call' });
    const told = ({ status, code, detail = '' }: typeof refused): unknown => [
      status,
      code,
      detail.replaceAll(callSidIn, 'the call').replaceAll(at, 'then'),
    ];
    expect(told(refused)).toEqual(told(unknown));
    await expectServed([call], 'sales', 'still mine');
    expect(call.received.slice(before).filter(({ raw }) => raw.includes('stolen'))).toEqual([]);
  }, 60_000);

  test('a request on another bus finds nobody, and one on its own is answered', async () => {
    const [{ callSid }] = sales as [SimulatedCall];
    await expect(two.request('support', callSid, 'asked')).rejects.toMatchObject({ code: '503' });
    const answer = await two.request('sales', callSid, 'asked');
    expect(JSON.parse(Buffer.from(answer.data).toString())).toMatchObject({ status: 'delivered' });
  }, 60_000);

  test('while the adapters of one are away its calls wait for them, and those of the other go on', async () => {
    await two.stopAdapters('support');
    for (const call of support) await call.send('verb:hook', { hook: '/meanwhile', data: {} });
    const late = two.call('support');
    for (let n = 1; n <= 20; n++) await expectServed(sales, 'sales', `load-${n}`);
    await late.waitFor('session:new', PATIENCE_MS);
    expect(two.heard.filter(({ prefix, callSid }) => prefix === 'sales' && callSid === late.callSid)).toEqual([]);
    await two.startAdapters('support');
    support.push(late);
    await expectServed(support, 'support', 'back');
    await expectApart();
  }, 120_000);

  test('calls that come back to another gateway are those of their own application', async () => {
    await two.cluster.gateways[0]?.stop();
    await expectServed(sales, 'sales', 'moved');
    await expectServed(support, 'support', 'moved');
    await two.cluster.startGateway(0);
    await two.cluster.gateways[1]?.kill();
    await expectServed(sales, 'sales', 'again');
    await expectServed(support, 'support', 'again');
    expect(sales.every(({ reconnects }) => reconnects > 0)).toBe(true);
    // As long as a gateway is missing, nobody says that a call is unknown.
    await two.cluster.startGateway(1);
    const [{ callSid }] = support as [SimulatedCall];
    expect(await two.outcome('sales', two.command('sales', callSid, 'stolen'))).toMatchObject({ code: 'unknown_call' });
    await expectApart();
  }, 120_000);
});
