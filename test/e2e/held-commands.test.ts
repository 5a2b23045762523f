import { type Cluster, delay, eventually, startCluster } from './cluster-harness.ts';

/** What waits for one call takes nothing from the others: G5, no contagion. */
describe('commands that wait for calls whose websocket is gone', () => {
  let cluster: Cluster;

  beforeEach(async () => {
    cluster = await startCluster();
  });
  afterEach(() => cluster.close());

  const say = (id: string): object => ({
    type: 'command',
    command: 'redirect',
    queueCommand: true,
    data: [{ verb: 'say', id, text: id }],
  });

  test('give their places in the window of the link back, so that other calls go on', async () => {
    const gateway = await cluster.addGateway();
    // Room for four commands, and ten calls that are away: without the places given back nothing would move any more.
    await cluster.addAdapter({ JAMBUS_COMMAND_WINDOW: '4' });
    const away = await cluster.liveCalls(gateway, 10, { reconnectSpeed: 0.001 });
    const [live] = await cluster.liveCalls(gateway, 1);
    for (const call of away) call.drop();
    await eventually('the drops', () => away.every(({ connected }) => !connected));
    for (const { callSid } of away) for (let n = 0; n < 3; n++) cluster.publish(callSid, say(`waits-${n}`));
    await delay(50);
    const positions = Array.from({ length: 20 }, (_, n) => cluster.publish(live?.callSid ?? '', say(`live-${n}`)));
    await cluster.settled(positions);
    const results = await cluster.results();
    expect(
      results.filter(({ commandId, status }) => positions.includes(commandId) && status === 'delivered'),
    ).toHaveLength(20);
  });
});
