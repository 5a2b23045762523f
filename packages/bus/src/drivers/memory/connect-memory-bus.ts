import { type BusNames, busNames, JambusError } from '@jambus/schema';
import { DEFAULT_LANES_SETTINGS, type LanesSettings } from '../../lanes/index.ts';
import { type Bus, type EventSink, NO_HISTORY, NO_REQUESTS } from '../../port/index.ts';
import type { OnTrouble } from '../../trouble.ts';
import type { MemoryBroker } from './memory-broker.ts';
import { memoryCommandSource } from './memory-command-source.ts';

export interface MemoryBusOptions {
  readonly onTrouble: OnTrouble;
  /** By default the standard names. */
  readonly names?: BusNames;
  readonly lanes?: LanesSettings;
  /** How long running handlers are waited for when a partition is given up, ms; by default 5,000. */
  readonly stopMs?: number;
}

const DEFAULT_STOP_MS = 5_000;

/** One adapter's connection to a broker in this process. */
export function connectMemoryBus(broker: MemoryBroker, options: MemoryBusOptions): Bus {
  const { onTrouble, names = busNames(), lanes = DEFAULT_LANES_SETTINGS, stopMs = DEFAULT_STOP_MS } = options;
  const closing = new AbortController();
  const running = new Set<Promise<void>>();
  let closed = false;
  const sink: EventSink = {
    publish: async (batch) => {
      if (closed) throw new JambusError('stopped', 'this connection to the memory broker is closed');
      broker.append(batch);
    },
  };
  const worker = { sink, channelName: names.commands, lanes, stopMs, onTrouble };
  const source = memoryCommandSource(broker, worker, closing.signal);

  return {
    capabilities: { driver: 'memory', durable: false, dedupesPublishes: false, shared: true, requests: false },
    names,
    commands: {
      run: async (handler, signal) => {
        const run = source.run(handler, signal);
        running.add(run);
        try {
          await run;
        } finally {
          running.delete(run);
        }
      },
    },
    sink,
    requests: NO_REQUESTS,
    // Gateways and adapters here live as long as the broker.
    history: NO_HISTORY,
    healthy: () => !closing.signal.aborted,
    faults: () => [],
    close: async () => {
      closing.abort();
      // Handlers that end now still publish their results and dead letters.
      await Promise.allSettled(running);
      closed = true;
    },
  };
}
