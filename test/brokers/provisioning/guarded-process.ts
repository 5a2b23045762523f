import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { runCommand } from './run-command.ts';

const KILL_MS = 20_000;

export interface GuardedProcessOptions {
  readonly file: string;
  readonly args: readonly string[];
  /** Takes what it writes. */
  readonly logFile: string;
  /** Removed, should this process be gone before the broker is stopped. */
  readonly folder: string;
  /** What ends it at once; left out: SIGKILL to its process id. */
  readonly killCommand?: readonly [string, ...string[]];
}

/** A process that ends with this one, however this one ends. */
export interface GuardedProcess {
  readonly pid: number;
  /** How it ended; undefined while it is running. */
  readonly ending: string | undefined;
  /** Asks it to end, with SIGTERM. Resolves when it is gone, and when it was gone already. */
  terminate(): Promise<void>;
  /** Ends it at once. Resolves when it is gone, and when it was gone already. */
  kill(): Promise<void>;
  /** Sends it a signal that does not end it. One that is gone gets none. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
}

/**
 * Starts a process that does not keep this one from ending.
 *
 * An exit handler could not see to that: jest gives tests a copy of `process`, which gets no `exit` event, and a worker
 * may be killed. So a shell waits at a pipe from here, which the operating system closes in any case.
 *
 * @throws Error when the program cannot be started
 */
export async function startGuarded(options: GuardedProcessOptions): Promise<GuardedProcess> {
  const log = openSync(options.logFile, 'a');
  const child = spawn(options.file, options.args, { stdio: ['ignore', log, log] });
  closeSync(log);
  let ending: string | undefined;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      ending = signal ?? `exit code ${code}`;
      resolve();
    });
  });
  await once(child, 'spawn'); // Rejects with the error when there is no such program.
  const { pid } = child;
  if (pid === undefined) throw new Error(`${options.file} has no process id`);
  const dismissGuard = startGuard(options.folder, options.killCommand ?? ['kill', '-9', String(pid)]);
  void ended.then(dismissGuard); // From here on the process id may be somebody else's.
  child.unref();

  return {
    pid,
    get ending() {
      return ending;
    },
    async terminate() {
      if (ending !== undefined) return;
      child.ref();
      child.kill('SIGTERM');
      await ended;
    },
    async kill() {
      if (ending !== undefined) return;
      child.ref();
      await killNow(child, options.killCommand);
      await ended;
    },
    signal(name) {
      if (ending === undefined) child.kill(name);
    },
  };
}

async function killNow(child: ChildProcess, command: GuardedProcessOptions['killCommand']): Promise<void> {
  if (command === undefined) {
    child.kill('SIGKILL');
    return;
  }
  const [file, ...args] = command;
  await runCommand(file, args, { timeoutMs: KILL_MS });
}

/** Waits for a line; when the pipe ends without one, ends the process and removes the folder. */
const GUARD = 'folder=$1; shift; read -r _ || { "$@"; rm -rf "$folder"; }';

/**
 * Runs the command and removes the folder, should this process be gone before it says that there is nothing to guard.
 *
 * @returns what to call when there is nothing to guard any more
 */
export function startGuard(folder: string, killCommand: readonly string[]): () => void {
  // Detached: Ctrl-C goes to the whole process group, and the guard is needed exactly then.
  const guard = spawn('/bin/sh', ['-c', GUARD, 'sh', folder, ...killCommand], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  // It guards against accidents only; should it have one itself, the tests are none the worse.
  guard.on('error', () => {});
  guard.stdin.on('error', () => {});
  guard.unref();
  return () => guard.stdin.end('over\n');
}
