import {
  type Bus,
  type BusMessage,
  connectMemoryBus,
  createMemoryBroker,
  DEFAULT_LANES_SETTINGS,
  type MemoryBroker,
} from '@jambus/bus';
import { type MemoryCable, memoryCable } from '../fixtures/index.ts';
import type { BusHarness, BusHarnessFactory } from './bus-harness.ts';

const PARTITIONS = 4;

export const memoryHarness: BusHarnessFactory = {
  capabilities: { recordsWithoutCall: true, sharing: true, outages: true },
  open: async () => openMemoryHarness(),
};

/** A memory broker whose adapters are connected by cables that can be cut. */
function openMemoryHarness(): BusHarness {
  const broker = createMemoryBroker({ partitions: PARTITIONS });
  const cables = new Map<Bus, MemoryCable>();
  return {
    partitions: PARTITIONS,
    patienceMs: 20_000,
    connect: async ({ maxUnfinished, onTrouble = () => {} } = {}) => {
      const cable = memoryCable(broker);
      const limits = { ...DEFAULT_LANES_SETTINGS.limits, ...(maxUnfinished !== undefined && { maxUnfinished }) };
      const lanes = { ...DEFAULT_LANES_SETTINGS, limits, backoff: { firstMs: 5, maxMs: 50 } };
      const bus = connectMemoryBus(cable.broker, { lanes, onTrouble });
      cables.set(bus, cable);
      return bus;
    },
    kill: async (bus) => cables.get(bus)?.cut(),
    produce: async ({ callSid, attributes = {}, payload }) => {
      broker.publishCommand({ callSid, attributes, payload });
    },
    read: (channel, signal) => messagesOf(broker, channel, signal),
    outage: async () => {
      const affected = [...cables.values()];
      for (const cable of affected) cable.away = true;
      return async () => {
        for (const cable of affected) cable.away = false;
      };
    },
    close: async () => {},
  };
}

async function* messagesOf(
  broker: MemoryBroker,
  channel: BusMessage['channel'],
  signal: AbortSignal,
): AsyncGenerator<BusMessage, void, undefined> {
  for await (const item of broker.read(channel, { after: -1, signal })) {
    if (item.kind === 'message') yield item.message;
  }
}
