import { type Bus, connectNatsBus } from '@jambus/bus';
import { type AdapterConfig, busNames } from '@jambus/schema';
import type { BusOptions } from '../adapter.ts';
import { faultsOf } from './faults.ts';

/** Connects to NATS by the settings of an adapter. Throws as `connectBus`. */
export async function connectNats(config: AdapterConfig, options: BusOptions, signal: AbortSignal): Promise<Bus> {
  const faults = faultsOf(config);
  faults.together('natsUser', 'natsPassword');
  faults.together('natsTlsCert', 'natsTlsKey');
  faults.throwIfAny();
  const { natsUser, natsPassword, natsToken, natsNkey, natsCredentials, natsTlsCa, natsTlsCert, natsTlsKey } = config;
  return connectNatsBus({
    ...options,
    names: busNames(config.prefix),
    connection: {
      servers: config.natsUrl,
      name: 'jambus-adapter',
      ...(natsUser !== undefined && { user: natsUser }),
      ...(natsPassword !== undefined && { password: natsPassword }),
      ...(natsToken !== undefined && { token: natsToken }),
      ...(natsNkey !== undefined && { nkey: natsNkey }),
      ...(natsCredentials !== undefined && { credentialsFile: natsCredentials }),
      ...(natsTlsCa !== undefined && { caFile: natsTlsCa }),
      ...(natsTlsCert !== undefined && { certFile: natsTlsCert }),
      ...(natsTlsKey !== undefined && { keyFile: natsTlsKey }),
    },
    streams: {
      storage: config.natsStorage,
      replicas: config.natsReplicas,
      maxAgeMs: config.natsMaxAgeMs,
      maxBytes: config.natsMaxBytes,
      duplicateWindowMs: config.natsDuplicateWindowMs,
      ...(config.natsPartitions !== undefined && { partitions: config.natsPartitions }),
    },
    signal,
  });
}
