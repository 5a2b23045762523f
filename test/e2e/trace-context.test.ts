import type { BusMessage } from '@jambus/bus';
import { readTraceparent, traceparentOfCall } from '@jambus/schema';
import type { SimulatedCall } from '../simulator/index.ts';
import { type Cluster, eventually, type GatewayHandle, startCluster } from './cluster-harness.ts';

const SAY = { type: 'command', command: 'redirect', data: [{ verb: 'say', id: 'v1', text: 'hello' }] };
const OWN = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/* Nobody has told jambus of a collector: no spans are made, and context is handed on all the same. */
describe('without a collector', () => {
  let cluster: Cluster;
  let gateway: GatewayHandle;

  beforeEach(async () => {
    cluster = await startCluster();
    gateway = await cluster.addGateway();
    await cluster.addAdapter();
  });
  afterEach(() => cluster.close());

  const traceIdsOf = async (channel: BusMessage['channel'], { callSid }: SimulatedCall): Promise<Set<unknown>> => {
    const messages = (await cluster.messages(channel)).filter((message) => message.callSid === callSid);
    return new Set(messages.map(({ attributes }) => readTraceparent(attributes['traceparent'])?.traceId));
  };

  test('every event continues the b3 of its own message, and results of commands without context that of the call', async () => {
    const b3s: string[] = [];
    const [call] = await cluster.liveCalls(gateway, 1, {
      tracing: true,
      onMessage: ({ direction, message }) => {
        if (direction === 'sent' && message !== undefined) b3s.push(String(message['b3']));
      },
    });
    await eventually('the events', async () => (await cluster.messages('events')).length >= b3s.length);
    const events = await cluster.messages('events');
    expect(b3s.length).toBeGreaterThan(3);
    expect(events.slice(0, 4).map(({ attributes }) => attributes['traceparent'])).toEqual(
      b3s.slice(0, 4).map((b3) => `00-${b3.slice(0, -2)}-01`),
    );
    const [traceId] = b3s[0]?.split('-') ?? [];
    expect(await traceIdsOf('results', call as SimulatedCall)).toEqual(new Set([traceId]));
  });

  test('a call that jambonz does not trace is one trace, which follows from its call_sid', async () => {
    const [call] = (await cluster.liveCalls(gateway, 1)) as [SimulatedCall];
    const traceId = readTraceparent(traceparentOfCall(call.callSid))?.traceId;
    expect(traceId).toBe(call.callSid.replaceAll('-', ''));
    expect(await traceIdsOf('events', call)).toEqual(new Set([traceId]));
    expect(await traceIdsOf('results', call)).toEqual(new Set([traceId]));
  });

  test('the result of a command continues the context of the command, with the tracestate that came with it', async () => {
    const [call] = (await cluster.liveCalls(gateway, 1)) as [SimulatedCall];
    const position = cluster.publish(call.callSid, SAY, { traceparent: OWN, tracestate: 'vendor=1' });
    await cluster.settled([position]);
    const result = (await cluster.terminalResults()).find(
      ({ attributes }) => attributes['id'] === `result/${position}`,
    );
    expect(result?.attributes).toMatchObject({ traceparent: OWN, tracestate: 'vendor=1' });
  });

  test('what is no trace context is not handed on, and does no harm', async () => {
    const [call] = (await cluster.liveCalls(gateway, 1)) as [SimulatedCall];
    const position = cluster.publish(call.callSid, SAY, { traceparent: 'x'.repeat(2_000), tracestate: 'vendor=1' });
    await cluster.settled([position]);
    const result = (await cluster.terminalResults()).find(
      ({ attributes }) => attributes['id'] === `result/${position}`,
    );
    expect(result?.attributes).toMatchObject({ traceparent: traceparentOfCall(call.callSid), causationid: position });
    expect(result?.attributes).not.toHaveProperty('tracestate');
  });
});
