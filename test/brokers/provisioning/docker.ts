import { runCommand } from './run-command.ts';

const QUICK_MS = 20_000;
const DOWNLOAD_MS = 120_000;

export interface ContainerOptions {
  readonly image: string;
  readonly name: string;
  /** Reached under the same numbers at 127.0.0.1. */
  readonly ports: readonly number[];
  /** Folders of this machine that it has under the same paths. */
  readonly folders: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Left out: the program that the image starts by itself. */
  readonly entrypoint?: string;
  readonly args: readonly string[];
}

/**
 * Fetches an image unless it is there.
 *
 * @throws Error in one line when there is no Docker, or no such image
 */
export async function pullImage(image: string): Promise<void> {
  await runCommand('docker', ['version', '--format', '{{.Server.Version}}'], { timeoutMs: QUICK_MS });
  await runCommand('docker', ['pull', '--quiet', image], { timeoutMs: DOWNLOAD_MS });
}

/** How to run a container: what it writes belongs to the user who has to remove it. */
export function containerCommand(options: ContainerOptions) {
  const { image, name, ports, folders, env = {}, entrypoint, args } = options;
  const user = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
  const flags = [
    ...ports.flatMap((port) => ['--publish', `127.0.0.1:${port}:${port}`]),
    ...[...new Set(folders)].flatMap((path) => ['--volume', `${path}:${path}`]),
    ...Object.entries(env).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
    ...(entrypoint === undefined ? [] : ['--entrypoint', entrypoint]),
  ];
  return {
    file: 'docker',
    args: ['run', '--rm', '--name', name, '--user', user, ...flags, image, ...args],
    killCommand: ['docker', 'rm', '--force', name] as const,
  };
}
