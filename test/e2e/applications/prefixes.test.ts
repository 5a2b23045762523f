import { type Cluster, eventually, type GatewayHandle, startCluster } from '../cluster-harness.ts';

/* What an operator sees of prefixes that do not fit together. The adapters of the harness have the prefix jambonz. */

let cluster: Cluster;

beforeEach(async () => {
  cluster = await startCluster();
});
afterEach(() => cluster.close());

const gatewayWith = (applications: object): Promise<GatewayHandle> =>
  cluster.addGateway({ JAMBUS_APPLICATIONS: JSON.stringify(applications) });

const readiness = async (adminUrl: string): Promise<{ readonly ok: boolean; readonly body: string }> => {
  const response = await fetch(`${adminUrl}/readyz`);
  return { ok: response.ok, body: await response.text() };
};

test('an adapter whose prefix has no application is not linked, and its readiness names the setting', async () => {
  const gateway = await gatewayWith({ '*': 'sales' });
  const adapter = await cluster.addAdapter();
  const named = /JAMBUS_APPLICATIONS gives no application to the prefix jambonz/;
  await eventually('the reason', async () => named.test((await readiness(adapter.adminUrl)).body));
  expect((await readiness(adapter.adminUrl)).ok).toBe(false);
  expect((await readiness(gateway.adminUrl)).body).toMatch(/0 linked; none with the prefix sales/);
});

test('a gateway that has just started waits for an adapter of each prefix, and then no longer', async () => {
  const gateway = await gatewayWith({ '/sales': 'sales' });
  await cluster.addAdapter();
  await eventually('the adapter', async () => (await readiness(gateway.adminUrl)).body.includes('1 linked'));
  expect(await readiness(gateway.adminUrl)).toMatchObject({
    ok: false,
    body: expect.stringContaining('1 linked; none with the prefix sales'),
  });
  await eventually('it is ready', async () => (await readiness(gateway.adminUrl)).ok, 20_000);
  expect((await readiness(gateway.adminUrl)).body).toContain('none with the prefix sales');
}, 60_000);

test('calls of a path that nobody keeps for himself are those of the adapters that there are', async () => {
  const gateway = await gatewayWith({ '/sales': 'sales' });
  await cluster.addAdapter();
  const [call] = await cluster.liveCalls(gateway, 1);
  const kept = cluster.call({ ...gateway, websocketUrl: gateway.websocketUrl.replace('/ivr', '/sales') });
  await kept.waitFor('session:new');
  await cluster.settled([cluster.publish(call?.callSid ?? '', { type: 'command', command: 'redirect', data: [] })]);
  expect((await cluster.messages('events')).filter(({ callSid }) => callSid === kept.callSid)).toEqual([]);
});
