import { measured } from './measured.ts';
import { underWayOver, type Work, warmUp } from './work.ts';

const PAIRS = 2;

/** The same as round trips, with two gateways and two adapters. Peers are one process and have no part in it. */
export const processes: Work = async ({ options, start, record }) => {
  const system = await start('jambus', { pairs: PAIRS });
  const run = (seconds: number) =>
    measured(system, () =>
      system.roundTrips({ pace: { underWay: underWayOver(options) }, until: { afterMs: seconds * 1_000 } }),
    );
  try {
    await system.openCalls(options.calls);
    await warmUp(system, options);
    for (let round = 1; round <= options.rounds; round++) {
      const { cpuUs, perSecond } = await run(options.seconds);
      const by = { system: system.name, round };
      record({ metric: 'CPU of a round trip, 2 × 2 processes', unit: 'µs', ...by, value: cpuUs });
      record({ metric: 'round trips, 2 × 2 processes', unit: '1/s', ...by, value: perSecond });
    }
  } finally {
    await system.end();
  }
};
