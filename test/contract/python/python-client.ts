import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GuardedProcess, startGuarded } from '../../brokers/provisioning/guarded-process.ts';
import { REPOSITORY } from '../../fixtures/repository.ts';
import type { Python } from './find-python.ts';

/** What the client tells when it is done. */
export interface Seen {
  /** Types, in the order in which they came. */
  readonly events: readonly string[];
  /** The command, what became of it, and the code of a refusal. */
  readonly results: readonly (readonly [id: string, status: string, code: string | null])[];
  readonly deadLetters: readonly Readonly<Record<string, string>>[];
  /** Whatever did not fit the document. */
  readonly faults: readonly string[];
}

export interface PythonClient {
  /** Resolves when it listens. @throws Error with what it wrote when it ends instead */
  ready(): Promise<void>;
  /** Resolves when it is done. @throws Error with what it wrote when that is not what it should */
  seen(): Promise<Seen>;
  close(): Promise<void>;
}

const POLL_MS = 50;

/** Starts `microservice.py`, which drives the next call that comes, and ends by itself. */
export async function startPythonClient(
  { file }: Python,
  bus: 'nats' | 'kafka',
  address: string,
): Promise<PythonClient> {
  const folder = await mkdtemp(join(tmpdir(), 'jambus-python-'));
  const logFile = join(folder, 'log');
  const script = join(REPOSITORY, 'test/contract/python/microservice.py');
  // -B: nothing is compiled into the checkout.
  const args = ['-B', script, bus, address, join(REPOSITORY, 'packages/contract')];
  const client: GuardedProcess = await startGuarded({ file, args, logFile, folder });

  const written = async (isEnough: (text: string) => boolean): Promise<string> => {
    for (;;) {
      const { ending } = client;
      const text = await readFile(logFile, 'utf8');
      if (isEnough(text)) return text;
      if (ending !== undefined) throw new Error(`the client in Python ended with ${ending}:\n${text}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  };

  return {
    ready: async () => void (await written((text) => text.startsWith('ready\n'))),
    seen: async () => {
      const text = await written(() => client.ending === 'exit code 0');
      return JSON.parse(text.trimEnd().split('\n').at(-1) ?? '');
    },
    close: async () => {
      await client.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
