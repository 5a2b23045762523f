import { AdapterConfig, JambusError } from '@jambus/schema';
import { runMain } from '@jambus/service';

await runMain({
  name: 'adapter',
  schema: AdapterConfig,
  start(config) {
    // The drivers that a process of its own can share with others are not here yet; standalone has the memory bus.
    throw new JambusError(
      'bad_config',
      `JAMBUS_BUS=${config.bus}: this version has no driver for it yet; run the standalone service`,
    );
  },
});
