import { connect, type NatsConnection } from 'nats';
import { describeWithNats, type NatsServer } from '../../brokers/nats/index.ts';
import { type JambusCluster, startJambusCluster } from '../../cluster/jambus-cluster.ts';
import { type SimulatedCall, startCall } from '../../simulator/index.ts';
import { eventually } from '../cluster-harness.ts';

const PATIENCE_MS = 45_000;
/** The rights of a service that deploy/README.md names. */
const CONFIG = `
  authorization {
    users: [
      { user: jambus, password: secret }
      { user: service, password: secret, permissions: {
        publish: [ "sales.commands.*", "sales.request.*" ]
        subscribe: [ "sales.events.>", "sales.results.*", "_INBOX_sales.>" ]
      } }
    ]
  }`;
const command = (verb: string): string =>
  JSON.stringify({ type: 'command', command: 'redirect', data: [{ verb: 'pause', id: verb, length: 100_000 }] });

await describeWithNats('a service with rights for one prefix, on nats', { version: 'newest' }, (nats) => {
  const whenOurs = nats.ours ? test : test.skip;
  let server: NatsServer;
  let cluster: JambusCluster;
  let nc: NatsConnection;
  let call: SimulatedCall | undefined;
  const heard: string[] = [];
  const forbidden: string[] = [];

  beforeAll(async () => {
    if (!nats.ours) return;
    server = await nats.start({ config: CONFIG });
    const bus = { JAMBUS_BUS: 'nats', JAMBUS_NATS_URL: server.url, JAMBUS_NATS_USER: 'jambus' };
    const password = { JAMBUS_NATS_PASSWORD: 'secret', JAMBUS_PREFIX: 'sales' };
    const gatewaySettings = { JAMBUS_APPLICATIONS: '{"/sales":"sales"}' };
    cluster = await startJambusCluster({ gateways: 1, adapters: 1, bus: { ...bus, ...password }, gatewaySettings });
    nc = await connect({ servers: server.url, user: 'service', pass: 'secret', inboxPrefix: '_INBOX_sales' });
    void (async () => {
      for await (const { permissionContext } of nc.status()) {
        if (permissionContext !== undefined) forbidden.push(permissionContext.subject);
      }
    })();
    for (const subject of ['sales.events.>', 'sales.results.*']) {
      nc.subscribe(subject, { callback: (_error, { subject: where }) => void heard.push(where) });
    }
    await nc.flush();
  }, 120_000);
  afterAll(async () => {
    if (!nats.ours) return;
    await call?.abort();
    await nc.close();
    await cluster.close();
    await server.stop();
  }, 60_000);

  whenOurs(
    'serves its calls, by commands and by requests',
    async () => {
      call = startCall({ url: cluster.websocketUrl.replace('/ivr', '/sales'), speed: 20, compression: false });
      const { callSid } = call;
      await eventually('its session', () => heard.includes(`sales.events.${callSid}.session.new`), PATIENCE_MS);
      nc.publish(`sales.commands.${callSid}`, command('sent'));
      await call.waitFor(({ raw }) => raw.includes('"id":"sent"'), PATIENCE_MS);
      const { data } = await nc.request(`sales.request.${callSid}`, command('asked'), { timeout: PATIENCE_MS });
      expect(JSON.parse(Buffer.from(data).toString())).toMatchObject({ callSid, status: 'delivered' });
      expect(heard).toContain(`sales.results.${callSid}`);
      expect(forbidden).toEqual([]);
    },
    120_000,
  );

  whenOurs(
    'has no right to the names of another prefix, to streams, or to the answers that others wait for',
    async () => {
      const subjects = ['support.events.>', 'support.results.*', '_INBOX.>', 'sales.commands.*', 'sales.replies.>'];
      for (const subject of subjects) nc.subscribe(subject, { callback() {} });
      const addresses = [
        'support.commands.a',
        'support.request.a',
        '$JS.API.STREAM.NAMES',
        'sales.events.a.session.new',
      ];
      for (const address of addresses) nc.publish(address, command('forged'));
      await nc.flush();
      await eventually('all of it is forbidden', () => forbidden.length === subjects.length + addresses.length);
      expect([...forbidden].sort()).toEqual([...subjects, ...addresses].sort());
    },
  );
});
