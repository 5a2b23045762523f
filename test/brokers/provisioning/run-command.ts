import { execFile } from 'node:child_process';

export interface CommandOptions {
  readonly cwd?: string;
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/**
 * Runs a program to its end.
 *
 * @returns what it wrote to its standard output
 * @throws Error in one line: the program is not there, took too long, or what it said last when it failed
 */
export function runCommand(file: string, args: readonly string[], options: CommandOptions): Promise<string> {
  const { cwd, env, timeoutMs } = options;
  return new Promise((resolve, reject) => {
    execFile(
      file,
      args,
      { cwd, env: { ...process.env, ...env }, timeout: timeoutMs, killSignal: 'SIGKILL', encoding: 'utf8' },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new Error(failure(file, error, stderr, timeoutMs), { cause: error }));
      },
    );
  });
}

function failure(file: string, error: Error, stderr: string, timeoutMs: number): string {
  if ('code' in error && error.code === 'ENOENT') return `there is no ${file}`;
  if ('killed' in error && error.killed === true) return `${file} was not done after ${timeoutMs / 1000} s`;
  return `${file}: ${stderr.trim().split('\n').at(-1) || error.message}`;
}
