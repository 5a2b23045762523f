import { execFile } from 'node:child_process';
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startGuard, startGuarded } from '../../brokers/provisioning/guarded-process.ts';
import type { ImageConfig } from '../image/image-config.ts';
import { CONTAINER_SCRIPT, NAMESPACES } from './sandbox.ts';

export interface ContainerOptions {
  /** What is in the image. The container cannot write to it. */
  readonly root: string;
  readonly config: ImageConfig;
  /** Beside that of the image. */
  readonly env: Readonly<Record<string, string>>;
}

/** A container on the network of this machine. */
export interface Container {
  /** What its first process is here; there it is 1. */
  readonly pid: number;
  /** How it ended, `exit code 0` for instance; undefined while it is running. */
  readonly ending: string | undefined;
  /** What it wrote so far. */
  log(): Promise<string>;
  /** Runs a command in it, as its user. */
  exec(command: readonly string[]): Promise<{ readonly code: number; readonly output: string }>;
  /** Sends its first process the image's stop signal, as engines do. Resolves with how it ended. */
  stop(withinMs: number): Promise<string>;
  /** Ends it at once, if need be, and removes what it left. */
  remove(): Promise<void>;
}

const POLL_MS = 20;
const EXEC_MS = 10_000;

/** Starts what an engine would start: the image's command with its user, its environment and nothing else. */
export async function startContainer({ root, config, env }: ContainerOptions): Promise<Container> {
  const folder = await mkdtemp(join(tmpdir(), 'jambus-container-'));
  const logFile = join(folder, 'log');
  const [user = '', group = user] = config.user.split(':');
  const variables = Object.entries({ ...config.env, ...env }).map(([name, value]) => `${name}=${value}`);
  const node = await realpath(process.execPath);
  const enter = ['unshare', `--root=${root}`, `--wd=${config.workdir}`, `--setgid=${group}`, `--setuid=${user}`, '--'];
  const command = ['setpriv', '--no-new-privs', ...enter, ...config.command];
  const script = [
    'sh',
    '-c',
    CONTAINER_SCRIPT,
    'sh',
    root,
    node,
    user,
    group,
    config.workdir,
    ...variables,
    ...command,
  ];
  const engine = await startGuarded({ file: 'unshare', args: [...NAMESPACES, '--', ...script], logFile, folder });
  const pid = await firstChild(engine.pid, () => engine.ending);
  // Changing the user takes away what would have ended it with its parent.
  const dismissGuard = startGuard(folder, ['kill', '-9', String(pid)]);

  return {
    pid,
    get ending() {
      return engine.ending;
    },
    log: () => readFile(logFile, 'utf8'),
    exec: (inside) => execute(pid, user, group, variables, inside),
    async stop(withinMs) {
      process.kill(pid, config.stopSignal as NodeJS.Signals);
      const until = Date.now() + withinMs;
      while (engine.ending === undefined && Date.now() < until) await delay(POLL_MS);
      return engine.ending ?? `still there after ${withinMs} ms`;
    },
    async remove() {
      // As the first of its namespace it takes all others with it.
      if (engine.ending === undefined) process.kill(pid, 'SIGKILL');
      await engine.kill();
      dismissGuard();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function firstChild(parent: number, ending: () => string | undefined): Promise<number> {
  for (;;) {
    const children = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8').catch(() => '');
    if (children.trim() !== '') return Number(children.trim().split(' ')[0]);
    if (ending() !== undefined) throw new Error(`the container has ended before it began: ${ending()}`);
    await delay(POLL_MS);
  }
}

function execute(pid: number, user: string, group: string, variables: readonly string[], command: readonly string[]) {
  const enter = ['--target', String(pid), '--mount', '--pid', '--root', '--wd', '--setgid', group, '--setuid', user];
  const path = variables.filter((variable) => variable.startsWith('PATH='));
  const [file = '', ...args] = command;
  return new Promise<{ readonly code: number; readonly output: string }>((resolve) => {
    const env = Object.fromEntries(path.map((variable) => ['PATH', variable.slice('PATH='.length)]));
    execFile(
      '/usr/bin/nsenter',
      [...enter, '--', file, ...args],
      { env, timeout: EXEC_MS },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: stdout + stderr });
      },
    );
  });
}
