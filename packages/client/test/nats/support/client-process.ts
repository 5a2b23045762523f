import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { REPOSITORY } from '../../../../../test/fixtures/repository.ts';

/** A client as its own process, which can be stopped as a whole. Its loop is at each event until it is told to go on. */
export interface ClientProcess {
  /** Sequences of the events that its loop was given. */
  readonly given: readonly number[];
  /** Resolves when nothing published from now on is missed. */
  ready(): Promise<void>;
  /** The loop is done with the event that it has, and with those to come at once. */
  goOn(): void;
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
  end(): Promise<void>;
}

export interface ClientProcessOptions {
  readonly url: string;
  readonly prefix: string;
  readonly durable: string;
}

/** What the process runs, from the built packages. */
const PROGRAM = `
import { once } from 'node:events';
import { connectNatsClient } from '@jambus/client/nats';
const { url, prefix, durable } = JSON.parse(process.argv[1]);
const say = (said) => console.log(JSON.stringify(said));
const goOn = once(process.stdin, 'data');
const client = await connectNatsClient({ servers: [url], prefix, onTrouble: () => {} });
const events = client.events.subscribe({ durable });
await events.ready();
say({ ready: true });
for await (const { sequence } of events) {
  say({ given: sequence });
  await goOn;
}
`;

export function startClientProcess(options: ClientProcessOptions): ClientProcess {
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, JSON.stringify(options)], {
    cwd: `${REPOSITORY}/test`,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const given: number[] = [];
  let onReady = () => {};
  const ready = new Promise<void>((resolve) => {
    onReady = resolve;
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const said = JSON.parse(line) as { readonly given?: number; readonly ready?: true };
    if (said.given !== undefined) given.push(said.given);
    if (said.ready) onReady();
  });
  return {
    given,
    ready: () => ready,
    goOn: () => void child.stdin.write('go on\n'),
    signal: (name) => void child.kill(name),
    end: () => {
      child.kill('SIGKILL');
      return ended;
    },
  };
}
