import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startGuarded } from '../../brokers/provisioning/guarded-process.ts';
import { REPOSITORY } from '../../fixtures/repository.ts';

/** The IVR of the examples as a process of its own. */
export interface ServingProcess {
  readonly pid: number;
  kill(): Promise<void>;
}

const LOOK_AGAIN_MS = 20;

/** @param address of the bus @throws Error with what it has written when it ends before it serves calls */
export async function startServing(bus: 'nats' | 'kafka', address: string): Promise<ServingProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'jambus-serving-'));
  const logFile = join(folder, 'log');
  const main = join(REPOSITORY, `test/dist/examples/${bus}/ivr-with-client.js`);
  const child = await startGuarded({ file: process.execPath, args: [main, address], logFile, folder });
  while (!(await readFile(logFile, 'utf8')).includes('serving calls')) {
    if (child.ending !== undefined) throw new Error(`it ended, ${child.ending}: ${await readFile(logFile, 'utf8')}`);
    await delay(LOOK_AGAIN_MS);
  }
  return {
    pid: child.pid,
    kill: async () => {
      await child.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
