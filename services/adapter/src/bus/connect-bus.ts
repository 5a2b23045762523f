import type { Bus } from '@jambus/bus';
import type { AdapterConfig } from '@jambus/schema';
import type { BusOptions } from '../adapter.ts';
import { connectKafka } from './connect-kafka.ts';
import { connectNats } from './connect-nats.ts';

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
      return await connectKafka(config, options, signal);
  }
}
