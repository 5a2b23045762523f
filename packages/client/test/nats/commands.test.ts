import { DiscardPolicy } from 'nats';
import { describeWithNats, type NatsServer } from '../../../../test/brokers/nats/index.ts';
import { eventually } from '../../../bus/test/support/eventually.ts';
import { gate } from '../../../bus/test/support/gate.ts';
import { CALL } from '../contract/client-scene.ts';
import { describeCommands, SAY } from '../contract/describe-commands.ts';
import { type NatsScene, openNatsScene } from './support/nats-scene.ts';

for (const version of ['newest', '2.9'] as const) {
  await describeWithNats(`commands of a client, NATS ${version}`, { version }, (nats) => {
    let server: NatsServer;
    let scene: NatsScene;

    beforeAll(async () => {
      server = await nats.start();
    }, 600_000);
    afterAll(() => server.stop());
    beforeEach(async () => {
      scene = await openNatsScene(server);
    });
    afterEach(() => scene.close());

    describeCommands(() => scene);

    test('the id of a command is that of its call for the stream too', async () => {
      const client = await scene.client();
      await client.commands.send(CALL, SAY, { id: 'greet' });
      expect(scene.commands[0]?.attributes).toMatchObject({ 'nats-msg-id': `${CALL}/greet` });
    });

    test('an id sent again to the same call is a duplicate, whether the first has its result or not', async () => {
      const [client, another] = [await scene.client(), await scene.client()];
      scene.onCommand = () => {};
      const first = client.commands.send(CALL, SAY, { id: 'once' });
      await eventually(() => expect(scene.commands).toHaveLength(1));
      const duplicate = { commandId: 'once', status: 'rejected', code: 'duplicate' };
      expect(await client.commands.send(CALL, SAY, { id: 'once' })).toMatchObject(duplicate);
      expect(await another.commands.send(CALL, SAY, { id: 'once' })).toMatchObject(duplicate);
      await scene.result({ commandId: 'once' });
      expect(await first).toMatchObject({ status: 'delivered' });
      expect(await client.commands.send(CALL, SAY, { id: 'once' })).toMatchObject(duplicate);
      expect(scene.commands).toHaveLength(1);
    });

    test('commands that are full, since no adapter reads them, are said to be, and may be tried again', async () => {
      const client = await scene.client();
      const jsm = await scene.nc.jetstreamManager();
      await jsm.streams.update(scene.streamOf('commands'), { discard: DiscardPolicy.New, max_bytes: 1 });
      await expect(client.commands.send(CALL, SAY, { id: 'full' })).rejects.toMatchObject({
        code: 'bus_unavailable',
        retryable: true,
        message: expect.stringMatching(/the stream is full .*adapters.* are not reading/),
      });
      await jsm.streams.update(scene.streamOf('commands'), { max_bytes: 1_000_000 });
      expect(await client.commands.send(CALL, SAY, { id: 'full' })).toMatchObject({ status: 'delivered' });
    });

    test('what is missed is looked for until the streams are there again', async () => {
      const { client, proxy } = await scene.cuttable();
      scene.onCommand = () => {};
      const sent = client.commands.send(CALL, SAY, { id: 'patient' });
      await eventually(() => expect(scene.commands).toHaveLength(1));
      proxy.cut();
      await scene.connectionLost();
      await scene.result({ commandId: 'patient', detail: 'while you were away' });
      // As right after a restart of a cluster: there is a connection, but not yet a stream.
      const jsm = await scene.nc.jetstreamManager();
      await jsm.streams.update(scene.streamOf('results'), { subjects: [`${scene.names.prefix}.elsewhere`] });
      const looked = gate();
      scene.nc.subscribe('$JS.API.STREAM.NAMES', { max: 1, callback: () => looked.open() });
      await scene.nc.flush();
      proxy.restore();
      await looked.promise;
      await jsm.streams.update(scene.streamOf('results'), { subjects: [`${scene.names.results}.*`] });
      expect(await sent).toMatchObject({ status: 'delivered', detail: 'while you were away' });
    });
  });
}
