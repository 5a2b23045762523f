import { StandaloneConfig } from '@jambus/schema';
import { runMain } from '@jambus/service';
import { createStandalone } from './standalone.ts';

await runMain({
  name: 'standalone',
  schema: StandaloneConfig,
  async start(config, { signal, ...context }) {
    const standalone = await createStandalone(config, context);
    await standalone.run(signal);
  },
});
