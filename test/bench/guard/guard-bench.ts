import { fork } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { REPOSITORY } from '../../fixtures/repository.ts';
import { print } from '../print.ts';
import { type Round, ratioOf } from './rounds.ts';
import { parseRecorded, verdictOn } from './verdict.ts';

const RECORDED = join(REPOSITORY, 'test/bench/guard/recorded-ratios.json');
const PROCESSES = 5;
/** With threads of its own, the collector's CPU depends on what else the machine does, and falls on whoever's turn it is. */
const FLAGS = ['--expose-gc', '--single-threaded-gc'];

/**
 * What a round trip of a call costs in steps of a reference loop, beside what is recorded in the repository. A warning is a line and
 * no failure: a ratio depends on the processor, and a rise may be wanted.
 *
 * @param flag `--record` writes the ratio down for this version of Node
 * @throws Error when the flag is another, or the measurement fails
 */
export async function guardBench(flag?: string): Promise<void> {
  if (flag !== undefined && flag !== '--record')
    throw new Error(`"guard" takes --record and nothing else, not ${flag}`);
  const recorded = parseRecorded(await readFile(RECORDED, 'utf8'));
  const processes: (readonly Round[])[] = [];
  for (let n = 0; n < PROCESSES; n++) processes.push(await measure());
  const { ratio, lower, upper, hotPathUs, referenceUs } = ratioOf(processes);
  print('CPU of a round trip', `${hotPathUs.toFixed(1)} µs`);
  print('CPU of a step of the reference loop', `${referenceUs.toFixed(1)} µs`);
  print('ratio, with the quartiles of all rounds', `${ratio.toFixed(3)} (${lower.toFixed(3)}–${upper.toFixed(3)})`);

  const node = process.versions.node.split('.', 1)[0] as string;
  if (flag === undefined) {
    process.stdout.write(`${verdictOn(ratio, recorded, node)}\n`);
    return;
  }
  const ratios = { ...recorded, [node]: Number(ratio.toFixed(3)) };
  await writeFile(RECORDED, `${JSON.stringify(ratios, null, 2)}\n`);
  process.stdout.write(`hot path: ${ratio.toFixed(2)} is recorded for Node ${node}\n`);
}

/** The rounds of a fresh process. @throws Error when it ends without them */
function measure(): Promise<readonly Round[]> {
  return new Promise((resolve, reject) => {
    const subject = fork(fileURLToPath(new URL('./subject.js', import.meta.url)), { execArgv: FLAGS });
    let rounds: readonly Round[] | undefined;
    subject.on('error', reject);
    subject.on('message', (message) => {
      rounds = message as readonly Round[];
    });
    subject.on('exit', (code, signal) => {
      if (rounds !== undefined && code === 0) resolve(rounds);
      else reject(new Error(`a measuring process ended without a result (${signal ?? code})`));
    });
  });
}
