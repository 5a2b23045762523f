import { JambusError } from '@jambus/schema';
import * as dial from './dial.ts';
import * as inbound from './inbound.ts';
import * as outbound from './outbound.ts';
import * as rooms from './rooms.ts';
import type { RunningScenario, Scenario, ScenarioOptions } from './scenario.ts';
import * as sockets from './sockets.ts';
import * as trouble from './trouble.ts';
import * as withoutCall from './without-call.ts';

export type { CallRecord, RunningScenario, Scenario, ScenarioOptions, ScenarioRecord } from './scenario.ts';

/** All kinds of calls that can be played. */
export const SCENARIOS: readonly Scenario[] = [inbound, outbound, dial, sockets, rooms, trouble, withoutCall].flatMap(
  (group) => Object.values<Scenario>(group),
);

/**
 * Plays a scenario against a server.
 * @throws JambusError `bad_config` for an unknown name or a URL that cannot be used.
 */
export function startScenario(name: string, options: ScenarioOptions): RunningScenario {
  const scenario = SCENARIOS.find((each) => each.name === name);
  if (!scenario) {
    const known = SCENARIOS.map((each) => each.name).join(', ');
    throw new JambusError('bad_config', `unknown scenario ${name} (known: ${known})`);
  }
  return scenario.start(options);
}
