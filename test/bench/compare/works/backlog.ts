import { turns } from '../../turns.ts';
import type { Work } from './work.ts';

/** For each open call, and in all. */
const COMMANDS = 50;
const MOST_COMMANDS = 50_000;

/** How fast a system gets through what was published while it was stopped (SIGSTOP of the process that reads commands). */
export const backlog: Work = async ({ options, standing, record }) => {
  const count = Math.min(options.calls * COMMANDS, MOST_COMMANDS);
  for (const { one: system, round } of turns(await standing(), options.rounds)) {
    const metric = `backlog of ${count.toLocaleString('en-US')} commands, drained`;
    record({ metric, unit: '1/s', system: system.name, round, value: await system.drain(count) });
  }
};
