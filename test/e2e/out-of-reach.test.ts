import { describeWithNats, type NatsServer } from '../brokers/nats/index.ts';
import { type JambusCluster, startJambusCluster } from '../cluster/jambus-cluster.ts';
import type { JambusProcess } from '../fixtures/index.ts';
import { eventually } from './cluster-harness.ts';

/* An operator has to see which gateway an adapter does not reach, and why: its calls get no commands from there. */
await describeWithNats('an adapter that does not reach every gateway, on nats', { version: 'newest' }, (nats) => {
  let server: NatsServer;
  let cluster: JambusCluster;

  beforeAll(async () => {
    server = await nats.start();
    const bus = { JAMBUS_BUS: 'nats', JAMBUS_NATS_URL: server.url };
    cluster = await startJambusCluster({ gateways: 2, adapters: 1, bus });
  }, 120_000);
  afterAll(async () => {
    await cluster.close();
    await server.stop();
  }, 60_000);

  const ready = async (): Promise<{ readonly status: number; readonly body: string }> => {
    const response = await fetch(`${cluster.adminUrls.at(-1)}/readyz`);
    return { status: response.status, body: await response.text() };
  };
  /** The warnings in its log that name a gateway, by their messages. */
  const warnings = async (adapter: JambusProcess): Promise<{ readonly msg: string; readonly reason?: string }[]> =>
    (await adapter.output())
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as { level: number | string; msg: string; url?: string; reason?: string })
      .filter(({ level, url }) => (level === 'warn' || level === 40) && url !== undefined);

  test('is ready when it reaches all', async () => {
    await eventually('it is ready', async () => (await ready()).status === 200);
  });

  test('is not ready with the wrong token, and says so, with the setting to look at', async () => {
    const adapter = await cluster.addAdapter({ token: 'not-the-token-that-they-have' });
    await eventually('both are named in the log', async () => (await warnings(adapter)).length >= 2);
    for (const { msg, reason } of await warnings(adapter)) {
      expect(msg).toMatch(/^gateway not linked/);
      expect(reason).toMatch(/401.*JAMBUS_LINK_TOKEN/);
    }
    const { status, body } = await ready();
    expect(status).toBe(503);
    expect(body.match(/not ws:[/][/]127\.0\.0\.1:\d+: [^;"]*401: JAMBUS_LINK_TOKEN/g)).toHaveLength(2);
    await adapter.stop();
  });

  test('is not ready with one of two, and names the other', async () => {
    const adapter = await cluster.addAdapter({ reaches: [0] });
    await eventually('the other is named in the log', async () => (await warnings(adapter)).length > 0);
    // The link to the one that it reaches may take longer than the refusal of the other.
    await eventually('one is linked', async () => (await ready()).body.includes('1 of 2 linked'));
    const { status, body } = await ready();
    expect(status).toBe(503);
    expect(body.match(/not ws:[/][/]127\.0\.0\.1:\d+: \w+/g)).toHaveLength(1);
    await adapter.stop();
  });
});
