import { INSPECTED, type SettledMemory, settledMemory } from '../../inspector.ts';
import { SYSTEMS } from '../measurement.ts';
import type { System } from '../system.ts';
import { sizesFor } from './sizes.ts';
import type { Work } from './work.ts';

/** What an open call takes in all processes of a system, after a collection of garbage. Measured once: it does not change. */
export const memory: Work = async ({ options, start, record }) => {
  for (const name of SYSTEMS) {
    const system = await start(name, { environment: INSPECTED });
    try {
      const [few = 1, ...sizes] = sizesFor(name, options.calls);
      // What is compiled and grown once is not what is measured.
      await system.openCalls(few);
      const before = await memoryOf(system);
      for (const size of sizes) {
        await system.openCalls(few + size);
        const after = await memoryOf(system);
        const kib = (what: keyof SettledMemory) => (after[what] - before[what]) / size / 1024;
        const by = { unit: 'KiB', system: name, round: 1 };
        const metric = `memory of an idle call of ${size.toLocaleString('en-US')}`;
        record({ metric: `${metric}, heap and buffers`, ...by, value: kib('heapBytes') });
        record({ metric: `${metric}, resident`, ...by, value: kib('rssBytes') });
      }
    } finally {
      await system.end();
    }
  }
};

async function memoryOf(system: System): Promise<SettledMemory> {
  const each = await Promise.all((await system.outputs()).map(settledMemory));
  const sum = (what: keyof SettledMemory) => each.reduce((bytes, one) => bytes + one[what], 0);
  return { heapBytes: sum('heapBytes'), rssBytes: sum('rssBytes') };
}
