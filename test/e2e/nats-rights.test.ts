import type { JambusClient } from '@jambus/client';
import { connectNatsClient } from '@jambus/client/nats';
import { describeWithNats, type NatsServer } from '../brokers/nats/index.ts';
import { type JambusCluster, startJambusCluster } from '../cluster/jambus-cluster.ts';
import { accountFile, configOf, PASSWORD } from '../deploy/nats/rights.ts';
import { type SimulatedCall, startCall } from '../simulator/index.ts';
import { eventually } from './cluster-harness.ts';

const say = (text: string) => ({
  type: 'command' as const,
  command: 'redirect' as const,
  data: [{ verb: 'say' as const, text }],
});

/* Whole processes, with the users of deploy/nats/jambonz.conf and no others. */
await describeWithNats('adapters and a microservice with narrow rights', { version: 'newest' }, (nats) => {
  let server: NatsServer;
  let cluster: JambusCluster;
  let client: JambusClient;
  let call: SimulatedCall;
  const troubles: string[] = [];

  beforeAll(async () => {
    server = await nats.start({ config: configOf(await accountFile()) });
    const bus = {
      JAMBUS_BUS: 'nats',
      JAMBUS_NATS_URL: server.url,
      JAMBUS_NATS_USER: 'jambonz-adapter',
      JAMBUS_NATS_PASSWORD: PASSWORD,
    };
    cluster = await startJambusCluster({ gateways: 1, adapters: 2, bus });
    client = await connectNatsClient({
      servers: [server.url],
      user: 'jambonz-microservice',
      password: PASSWORD,
      inboxPrefix: '_INBOX.jambonz.microservice',
      onTrouble: (error) => troubles.push(error.message),
    });
    const sessions = client.events.subscribe({ type: 'session:new', durable: 'ivr' });
    await sessions.ready();
    void (async () => {
      for await (const { callSid, message } of sessions) {
        await client.acks.send(callSid, message.msgid ?? '', [{ verb: 'answer' }, { verb: 'pause', length: 60 }]);
      }
    })();
    call = startCall({ url: cluster.websocketUrl, speed: 20 });
  }, 120_000);

  afterAll(async () => {
    await call.abort();
    await client.close();
    await cluster.close();
    await server.stop();
  }, 120_000);

  test('serve a call, before and after an adapter has gone, and miss no right', async () => {
    await eventually('the call is answered', async () => {
      return (await client.commands.send(call.callSid, say('one'))).status === 'delivered';
    });
    await cluster.adapters[0]?.stop();
    expect(await client.commands.send(call.callSid, say('two'))).toMatchObject({ status: 'delivered' });
    await call.waitFor(({ raw }) => raw.includes('two'));
    const logs = await Promise.all(cluster.adapters.slice(1).map((adapter) => adapter.output()));
    expect([...troubles, ...logs].join('\n')).not.toMatch(/no rights|no right |Violation/);
  }, 120_000);
});
