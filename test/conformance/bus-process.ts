import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { REPOSITORY } from '../fixtures/repository.ts';

/** An adapter's bus as its own process, which can be stopped as a whole. */
export interface BusProcess {
  /** Texts of the records that its handler was given. */
  handled(): readonly string[];
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
  /** Resolves when it says that a partition is lost. */
  untilLost(): Promise<void>;
  end(): Promise<void>;
}

export interface BusProcessOptions {
  readonly url: string;
  readonly prefix: string;
  readonly leaseMs: number;
}

/** What the process runs, from the built packages: one partition, a handler that is done with everything at once. */
const PROGRAM = `
import { connectNatsBus } from '@jambus/bus';
import { busNames } from '@jambus/schema';
const { url, prefix, leaseMs } = JSON.parse(process.argv[1]);
const say = (said) => console.log(JSON.stringify(said));
const bus = await connectNatsBus({
  connection: { servers: [url] },
  names: busNames(prefix),
  streams: { partitions: 1 },
  leaseMs,
  onTrouble: ({ error }) => error?.message.includes('is lost') && say({ lost: true }),
});
await bus.commands.run(async ({ payload }) => {
  say({ handled: Buffer.from(payload).toString() });
  return { kind: 'done' };
}, new AbortController().signal);
`;

export async function startBusProcess(options: BusProcessOptions): Promise<BusProcess> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, JSON.stringify(options)], {
    cwd: `${REPOSITORY}/test`,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const handled: string[] = [];
  let onLost = () => {};
  const lost = new Promise<void>((resolve) => {
    onLost = resolve;
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const said = JSON.parse(line) as { readonly handled?: string; readonly lost?: true };
    if (said.handled !== undefined) handled.push(said.handled);
    if (said.lost) onLost();
  });
  return {
    handled: () => handled,
    signal: (name) => void child.kill(name),
    untilLost: () => lost,
    end: () => {
      child.kill('SIGKILL');
      return ended;
    },
  };
}
