import { readFile } from 'node:fs/promises';

/** Linux counts in hundredths of a second, wherever Node runs. */
const MS_PER_TICK = 10;

/** CPU that a process has used so far, ms, in steps of 10. @throws Error where there is no /proc, or no such process */
export async function cpuMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // Behind the name of the program, which is in brackets and may have blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}

/** Of several processes together, ms. */
export async function cpuMsOfAll(pids: readonly number[]): Promise<number> {
  const each = await Promise.all(pids.map(cpuMs));
  return each.reduce((sum, ms) => sum + ms, 0);
}
