import { turns } from '../../turns.ts';
import type { Work } from './work.ts';

const RATES = [500, 2_000];

/** How long a round trip takes while so many are published a second, whatever has come back. */
export const latency: Work = async ({ options, standing, record }) => {
  for (const perSecond of RATES) {
    const load = { pace: { perSecond }, until: { afterMs: options.seconds * 1_000 } };
    for (const { one: system, round } of turns(await standing(), options.rounds)) {
      const { p50Ms, p99Ms, p999Ms } = await system.roundTrips(load);
      const by = { unit: 'ms', system: system.name, round };
      const at = `at ${perSecond.toLocaleString('en-US')}/s`;
      record({ metric: `round trip ${at}, p50`, ...by, value: p50Ms });
      record({ metric: `round trip ${at}, p99`, ...by, value: p99Ms });
      record({ metric: `round trip ${at}, p99.9`, ...by, value: p999Ms });
    }
  }
};
