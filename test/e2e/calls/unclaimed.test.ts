import { startTcpProxy } from '../../fixtures/index.ts';
import { type Cluster, eventually, startCluster } from '../cluster-harness.ts';
import { type StandaloneHarness, startStandalone } from '../standalone-harness.ts';
import { told } from './played-call.ts';

/* A call that nobody sends anything is hung up, wherever it is and however it stands. */

const SOON = { JAMBUS_APPLICATION_DEADLINE_MS: '100', JAMBUS_UNCLAIMED_AFTER_MS: '600' };

describe('one gateway', () => {
  let jambus: StandaloneHarness;
  beforeAll(async () => {
    jambus = await startStandalone(SOON);
  });
  afterAll(() => jambus.stop());

  test('a call that was answered before it came is hung up as completed: no-answer would do nothing', async () => {
    const call = jambus.call({ kind: { kind: 'outbound' } });
    expect(await call.ended).toMatchObject({ reason: 'completed' });
    expect(told(call)).toContain('call:status');
    await jambus.find('events', call.callSid, ({ json }) => json.type === 'jambus:unclaimed');
  });
});

describe('two gateways', () => {
  let cluster: Cluster;
  beforeEach(async () => {
    cluster = await startCluster();
  });
  afterEach(() => cluster.close());

  test('a call that has moved before anybody sent it anything is hung up at the next one', async () => {
    const first = await cluster.addGateway({ ...SOON, JAMBUS_UNCLAIMED_AFTER_MS: '60000' });
    const second = await cluster.addGateway(SOON);
    await cluster.addAdapter();
    const service = await startTcpProxy(Number(new URL(first.websocketUrl).port));
    const call = cluster.call({ ...first, websocketUrl: `ws://127.0.0.1:${service.port}/ivr` });
    await call.waitFor('ack');
    service.retarget(Number(new URL(second.websocketUrl).port));
    call.drop();
    await eventually('the hang-up', () => told(call).includes('call:status'));
    expect((await cluster.messages('events')).map(({ type }) => type)).toContain('jambus:unclaimed');
    await service.close();
  });
});
