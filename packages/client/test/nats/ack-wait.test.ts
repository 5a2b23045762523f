import { AckPolicy, nanos } from 'nats';
import { describeWithNats, type NatsServer } from '../../../../test/brokers/nats/index.ts';
import { eventually } from '../../../bus/test/support/eventually.ts';
import { publish, sequences, take } from '../contract/client-scene.ts';
import { type NatsScene, openNatsScene } from './support/nats-scene.ts';

/** Those who share a durable name, but may not change it. */
const IVR = { user: 'ivr', password: 'secret' };
const USERS = `
no_auth_user: admin
authorization { users: [
  { user: "admin", password: "secret" }
  { user: "ivr", password: "secret", permissions: { publish: { deny: ["$JS.API.CONSUMER.CREATE.>", "$JS.API.CONSUMER.DURABLE.>"] } } }
] }`;

for (const version of ['newest', '2.9'] as const) {
  await describeWithNats(`a durable name that may not be changed, NATS ${version}`, { version }, (nats) => {
    const whenOurs = nats.ours ? test : test.skip;
    let server: NatsServer;
    let scene: NatsScene;

    beforeAll(async () => {
      server = await nats.start(nats.ours ? { config: USERS } : {});
    }, 600_000);
    beforeEach(async () => {
      scene = await openNatsScene(server);
    });
    afterEach(() => scene.close());
    afterAll(() => server.stop());

    whenOurs('keeps its wait, which is told once, and is read', async () => {
      const jsm = await scene.nc.jetstreamManager();
      const stream = scene.streamOf('events');
      await jsm.consumers.add(stream, {
        durable_name: 'old',
        ack_policy: AckPolicy.Explicit,
        ack_wait: nanos(30_000),
        filter_subject: `${scene.names.events}.*.>`,
      });
      const { client, proxy } = await scene.cuttable(IVR);
      const events = client.events.subscribe({ durable: 'old' });
      await events.ready();
      const told = [
        expect.stringMatching(/consumer old of .* keeps its ack_wait of 30000 ms/),
        // Of the connection.
        expect.stringContaining('no rights for publish on $JS.API.CONSUMER.CREATE'),
      ];
      expect(scene.troubles).toEqual(told);
      await publish(scene, 1, 1);
      expect(sequences(await take(events, 1))).toEqual([1]);

      const next = take(events, 1);
      proxy.cut();
      await scene.connectionLost();
      proxy.restore();
      await publish(scene, 2, 2);
      expect(sequences(await next)).toEqual([2]);
      await eventually(async () => expect((await jsm.consumers.info(stream, 'old')).num_waiting).toBeGreaterThan(0));
      expect(scene.troubles.filter((text) => /ack_wait|no rights/.test(text))).toEqual(told);
      expect((await jsm.consumers.info(stream, 'old')).config.ack_wait).toBe(nanos(30_000));
    });
  });
}
