import { type AdapterConfig, portOf } from '@jambus/schema';
import type { SharedOut } from '@jambus/service';

/** Several processes, each an adapter with links and partitions of its own, as if they had been started one by one. */
export const adapterWorkers: SharedOut<typeof AdapterConfig> = {
  count: ({ workers }) => workers,
  share: (config, index) => ({ ...config, adminPort: portOf(config.adminPort, index) }),
};
