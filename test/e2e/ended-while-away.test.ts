import type { SimulatedCall } from '../simulator/index.ts';
import { type Cluster, eventually, startCluster } from './cluster-harness.ts';

/* G3: what became of a call while nobody could tell is told as soon as somebody can. */
describe('a call that ends while the link of its gateway is down', () => {
  let cluster: Cluster;
  beforeEach(async () => {
    cluster = await startCluster();
  });
  afterEach(() => cluster.close());

  test('is over for its commands when the link is back, long before they expire', async () => {
    const gateway = await cluster.addGateway();
    const adapter = await cluster.addAdapter();
    const [call] = (await cluster.liveCalls(gateway, 1)) as [SimulatedCall];
    adapter.links[0]?.cut();
    call.hangup();
    await call.ended;
    // They live for 30 s, and this waits for 10 s at most.
    const verbs = [{ verb: 'pause', length: 0 }];
    const positions = [1, 2].map(() =>
      cluster.publish(call.callSid, { type: 'command', command: 'redirect', data: verbs }),
    );
    adapter.links[0]?.restore();
    await cluster.settled(positions);
    await eventually('its end on the bus', async () =>
      (await cluster.messages('events')).some(
        ({ type, callSid }) => type === 'call:status' && callSid === call.callSid,
      ),
    );
    const results = (await cluster.results()).filter(({ commandId }) => positions.includes(commandId));
    expect(results.map(({ status, code }) => [status, code])).toEqual([
      ['rejected', 'call_ended'],
      ['rejected', 'call_ended'],
    ]);
  });
});
