import { access, mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where Linux has its groups of processes: those of the first version for the CPU alone, those of the second for everything. */
const FIRST = '/sys/fs/cgroup/cpu';
const SECOND = '/sys/fs/cgroup';
const PERIOD_US = 20_000;

/** A bound on the CPU of one process. */
export interface CpuQuota {
  /** The process has to be gone. */
  release(): Promise<void>;
}

/**
 * Lets a process have no more than a share of one core.
 *
 * @param share between 0 and 1
 * @throws Error where there are no control groups for the CPU, or without the right to make one
 */
export async function limitCpu(pid: number, share: number): Promise<CpuQuota> {
  const quota = Math.round(PERIOD_US * share);
  const isFirst = await exists(join(FIRST, 'cpu.cfs_quota_us'));
  const folder = join(isFirst ? FIRST : SECOND, `jambus-bench-${pid}`);
  if (!isFirst) {
    const controllers = await readFile(join(SECOND, 'cgroup.subtree_control'), 'utf8').catch(() => '');
    if (!controllers.split(/\s/).includes('cpu')) throw new Error('this machine has no control groups for the CPU');
  }
  await mkdir(folder);
  if (isFirst) {
    await writeFile(join(folder, 'cpu.cfs_period_us'), String(PERIOD_US));
    await writeFile(join(folder, 'cpu.cfs_quota_us'), String(quota));
  } else await writeFile(join(folder, 'cpu.max'), `${quota} ${PERIOD_US}`);
  await writeFile(join(folder, 'cgroup.procs'), String(pid));
  return { release: () => rmdir(folder) };
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
