// The helper is code that tests import, so it is compiled with the package, which knows nothing of jest otherwise.
/// <reference types="jest" />
import type { FaultyBroker } from './broker.ts';
import { checkHistory, type Figures, figuresOf, summary } from './checker/index.ts';
import type { Load } from './load/call-plan.ts';
import type { Fault } from './run/fault.ts';
import { printTable } from './run/report.ts';
import { forget, runFault } from './run/run-fault.ts';

/** No promise: on a machine with much else to do everything takes longer. */
const LONG_MS = 300_000;

/**
 * Declares the faults: gateways, adapters, a broker, publishers and calls, each a process of its own (the calls are one),
 * and then something dies, comes, goes or sleeps. What everybody saw is held against what jambus promises by a checker that
 * knows nothing of jambus. The history of a run in which something is wrong is kept, with the logs, and where it is stands in
 * the failure; `JAMBUS_TEST_FAULTS_KEEP` keeps them all.
 *
 * @param faults what happens, each in a run of its own
 * @param startBroker called for each of them
 * @param load what two cores can carry together with everything else on this broker
 */
export function describeFaults<B extends FaultyBroker>(
  faults: readonly Fault<B>[],
  startBroker: () => Promise<B>,
  load: Load,
): void {
  const rows: { readonly name: string; readonly figures: Figures }[] = [];

  afterAll(() => printTable(rows));

  test.each(faults)(
    '$name',
    async (fault) => {
      const run = await runFault(startBroker, fault, load);
      const verdict = checkHistory(run.history);
      const row = { name: fault.name, figures: figuresOf(verdict) };
      rows.push(row);
      // Times are printed and not judged: on a machine with much else to do they say more about that than about jambus.
      printTable([row]);
      const wrong = summary(verdict.violations);
      if (wrong.length > 0) throw new Error(`${wrong.join('\n')}\nThe history is in ${run.folder}.`);
      if (process.env['JAMBUS_TEST_FAULTS_KEEP'] === undefined) await forget(run);
    },
    LONG_MS,
  );
}
