import { turns } from '../../turns.ts';
import { measured } from './measured.ts';
import { underWayOver, type Work } from './work.ts';

/** CPU of a command and of the `verb:status` that answers it, and how many there are a second, one of each call on its way. */
export const roundTrip: Work = async ({ options, standing, record }) => {
  const load = { pace: { underWay: underWayOver(options) }, until: { afterMs: options.seconds * 1_000 } };
  for (const { one: system, round } of turns(await standing(), options.rounds)) {
    const { cpuUs, perSecond } = await measured(system, () => system.roundTrips(load));
    const by = { system: system.name, round };
    record({ metric: 'CPU of a round trip', unit: 'µs', ...by, value: cpuUs });
    record({ metric: 'round trips', unit: '1/s', ...by, value: perSecond });
  }
};
