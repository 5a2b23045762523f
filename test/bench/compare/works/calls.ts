import { turns } from '../../turns.ts';
import { measured } from './measured.ts';
import { sizesFor } from './sizes.ts';
import type { Work } from './work.ts';

/** What a round trip costs over few, some and many open calls, with equally many commands on their way. */
export const calls: Work = async ({ options, standing, record }) => {
  const systems = await standing();
  const sizes = sizesFor('jambus', options.calls);
  const [underWay = 1] = sizes;
  const load = { pace: { underWay }, until: { afterMs: options.seconds * 1_000 } };
  for (const size of sizes) {
    const able = systems.filter(({ name }) => sizesFor(name, options.calls).includes(size));
    for (const system of able) await system.openCalls(size);
    for (const { one: system, round } of turns(able, options.rounds)) {
      const { cpuUs } = await measured(system, () => system.roundTrips({ ...load, calls: size }));
      const metric = `CPU of a round trip over ${size.toLocaleString('en-US')} calls`;
      record({ metric, unit: 'µs', system: system.name, round, value: cpuUs });
    }
  }
};
