import { cpuMsOfAll } from '../../process-counters.ts';
import type { TripsReport } from '../../trips.ts';
import type { System } from '../system.ts';

/** Does something with a system. @returns what came of it, with the CPU that all processes of the system took for each trip, µs */
export async function measured(
  system: System,
  run: (system: System) => Promise<TripsReport>,
): Promise<{ readonly report: TripsReport; readonly cpuUs: number; readonly perSecond: number }> {
  const before = await cpuMsOfAll(system.pids);
  const report = await run(system);
  const cpu = (await cpuMsOfAll(system.pids)) - before;
  return { report, cpuUs: (cpu * 1_000) / report.count, perSecond: (report.count / report.elapsedMs) * 1_000 };
}
