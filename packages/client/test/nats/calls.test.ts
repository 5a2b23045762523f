import { describeWithNats, type NatsServer } from '../../../../test/brokers/nats/index.ts';
import { describeCalls } from '../contract/describe-calls.ts';
import { type NatsScene, openNatsScene } from './support/nats-scene.ts';

for (const version of ['newest', '2.9'] as const) {
  await describeWithNats(`calls of a client, NATS ${version}`, { version }, (nats) => {
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

    describeCalls(() => scene);
  });
}
