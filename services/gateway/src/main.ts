import { GatewayConfig } from '@jambus/schema';
import { runMain } from '@jambus/service';
import { createGateway } from './gateway.ts';
import { gatewayWorkers } from './worker-share.ts';

await runMain({
  name: 'gateway',
  schema: GatewayConfig,
  workers: gatewayWorkers,
  async start(config, { signal, ...context }) {
    const gateway = await createGateway(config, context);
    await gateway.listen();
    await gateway.run(signal);
  },
});
