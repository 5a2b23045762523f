import { describeWithNats, type NatsServer } from '../brokers/nats/index.ts';
import { describeBus } from './describe-bus.ts';
import { natsHarness } from './nats-harness.ts';

// Before 2.10 there is one partition, and so nothing to share.
for (const [version, partitions] of [
  ['newest', 4],
  ['2.9', 1],
] as const) {
  await describeWithNats(`NATS ${version}`, { version }, (nats) => {
    let server: NatsServer;

    beforeAll(async () => {
      server = await nats.start();
    }, 60_000);

    afterAll(() => server.stop());

    describeBus('nats', natsHarness({ port: () => server.port, partitions }));
  });
}
