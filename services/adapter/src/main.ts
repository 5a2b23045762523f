import { AdapterConfig, JambusError } from '@jambus/schema';
import { runMain } from '@jambus/service';
import { createAdapter } from './adapter.ts';
import { connectBus } from './bus/connect-bus.ts';
import { adapterWorkers } from './worker-share.ts';

await runMain({
  name: 'adapter',
  schema: AdapterConfig,
  workers: adapterWorkers,
  async start(config, { signal, ...context }) {
    const adapter = await createAdapter(config, (options) => connectBus(config, options, signal), context).catch(
      (error: unknown) => {
        // Told to stop while the bus was still away, which is a stop in good order.
        if (signal.aborted && error instanceof JambusError && error.code === 'stopped') return undefined;
        throw error;
      },
    );
    await adapter?.listen();
    await adapter?.run(signal);
  },
});
