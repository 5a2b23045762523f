import { execFile } from 'node:child_process';

export interface CommandOptions {
  readonly cwd?: string;
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Finds, in its group or as a whole, what the program says when it fails; left out: its last line on standard error. */
  readonly complaint?: RegExp;
}

/**
 * Runs a program to its end.
 *
 * @returns what it wrote to its standard output
 * @throws Error in one line: the program is not there, took too long, or what it said last when it failed
 */
export function runCommand(file: string, args: readonly string[], options: CommandOptions): Promise<string> {
  const { cwd, env, timeoutMs, complaint } = options;
  return new Promise((resolve, reject) => {
    execFile(
      file,
      args,
      { cwd, env: { ...process.env, ...env }, timeout: timeoutMs, killSignal: 'SIGKILL', encoding: 'utf8' },
      (error, stdout, stderr) => {
        if (error === null) return resolve(stdout);
        const said = complaint?.exec(stdout + stderr)?.at(-1) ?? stderr.trim().split('\n').at(-1);
        reject(new Error(failure(file, error, timeoutMs, said), { cause: error }));
      },
    );
  });
}

function failure(file: string, error: Error, timeoutMs: number, said: string | undefined): string {
  if ('code' in error && error.code === 'ENOENT') return `there is no ${file}`;
  if ('killed' in error && error.killed === true) return `${file} was not done after ${timeoutMs / 1000} s`;
  return `${file}: ${said || error.message}`;
}
