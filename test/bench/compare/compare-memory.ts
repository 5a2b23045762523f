import { measureMemoryBus } from '../memory-bench.ts';
import type { CompareOptions } from './arguments.ts';
import type { Measurement } from './measurement.ts';

const NO_PEERS = `The memory bus lives inside of jambus and has no clients of its own, so there are no peers: jambus is alone.
`;

/** jambus on the bus that is inside of it. CPU is that of gateway, adapter, bus and publisher together. */
export async function compareMemory(
  { works, rounds, seconds, calls }: CompareOptions,
  tell: (measurement: Measurement) => void,
): Promise<readonly Measurement[]> {
  process.stderr.write(NO_PEERS);
  const measurements: Measurement[] = [];
  for (let round = 1; round <= rounds; round++) {
    const figures = await measureMemoryBus({ calls, idleCalls: calls * 2, until: { afterMs: seconds * 1_000 } });
    const by = { bus: 'memory', system: 'jambus', round } as const;
    const all: Measurement[] = [
      {
        ...by,
        work: 'round-trip',
        metric: 'CPU of a round trip, publisher included',
        unit: 'µs',
        value: figures.cpuUs,
      },
      { ...by, work: 'round-trip', metric: 'round trips', unit: '1/s', value: figures.roundTripsPerSecond },
      {
        ...by,
        work: 'set-up',
        metric: 'calls set up, answered over the bus',
        unit: '1/s',
        value: figures.setUpPerSecond,
      },
      { ...by, work: 'request-reply', metric: 'round trip, one at a time, p50', unit: 'ms', value: figures.calmP50Ms },
      { ...by, work: 'memory', metric: 'memory of an idle call, resident', unit: 'KiB', value: figures.idleRssKib },
      {
        ...by,
        work: 'memory',
        metric: 'memory of an idle call, heap and buffers',
        unit: 'KiB',
        value: figures.idleHeapKib,
      },
    ];
    const asked = all.filter(({ work }) => (works as readonly string[]).includes(work));
    asked.forEach(tell);
    measurements.push(...asked);
  }
  return measurements;
}
