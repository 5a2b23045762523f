import { checkHistory, figuresOf, summary } from './checker/index.ts';
import { readHistory } from './history/index.ts';
import { printTable } from './run/report.ts';

/*
 * Checks a history that a run has kept, once more.
 *
 * usage: node test/dist/faults/check.js <folder>/history
 */

const verdict = checkHistory(await readHistory(process.argv[2] ?? '.'));
printTable([{ name: verdict.of.history.facts.fault, figures: figuresOf(verdict) }]);
for (const line of summary(verdict.violations)) process.stderr.write(`${line}\n`);
