import { type Bus, connectNatsBus } from '@jambus/bus';
import { type AdapterConfig, busNames, JambusError } from '@jambus/schema';
import type { BusOptions } from './adapter.ts';

/**
 * Connects the bus that the settings name.
 *
 * @param signal ends the trying
 * @throws JambusError `bad_config` when the settings do not fit together or with what is on the broker, `bus_refused` when
 *   it does not let us in, `bus_unavailable` when it does not answer in time, `stopped` when the signal aborts
 */
export async function connectBus(config: AdapterConfig, options: BusOptions, signal: AbortSignal): Promise<Bus> {
  switch (config.bus) {
    case 'nats':
      return await connectNats(config, options, signal);
    case 'kafka':
      throw new JambusError('bad_config', 'JAMBUS_BUS=kafka: this version has no driver for it yet; nats is there');
  }
}

async function connectNats(config: AdapterConfig, options: BusOptions, signal: AbortSignal): Promise<Bus> {
  const faults = natsFaults(config);
  if (faults.length > 0) throw new JambusError('bad_config', faults.join('\n'));
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

/** What belongs together; the rules of a config schema only see settings that are there. */
function natsFaults({ natsUser, natsPassword, natsTlsCert, natsTlsKey }: AdapterConfig): string[] {
  const faults: string[] = [];
  if ((natsUser === undefined) !== (natsPassword === undefined)) {
    faults.push('JAMBUS_NATS_USER, JAMBUS_NATS_PASSWORD: expected both or neither');
  }
  if ((natsTlsCert === undefined) !== (natsTlsKey === undefined)) {
    faults.push('JAMBUS_NATS_TLS_CERT, JAMBUS_NATS_TLS_KEY: expected both or neither');
  }
  return faults;
}
