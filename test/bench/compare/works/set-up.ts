import { turns } from '../../turns.ts';
import type { Work } from './work.ts';

/** Calls set up a second: `session:new` to the bus, and the application that a microservice publishes to jambonz. */
export const setUp: Work = async ({ options, standing, record }) => {
  for (const { one: system, round } of turns(await standing(), options.rounds)) {
    const value = await system.setUp({ afterMs: options.seconds * 1_000 });
    record({ metric: 'calls set up, answered over the bus', unit: '1/s', system: system.name, round, value });
  }
};
