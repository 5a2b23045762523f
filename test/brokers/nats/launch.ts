import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type GuardedProcess, startGuarded } from '../provisioning/guarded-process.ts';
import type { NatsServerSource } from './nats-server-source.ts';
import { serverInfo } from './server-info.ts';

export interface LaunchSettings {
  readonly source: Exclude<NatsServerSource, { readonly kind: 'running' }>;
  readonly port: number;
  /** Of this server alone: configuration and log. */
  readonly folder: string;
  readonly storeDir: string;
  /** More lines for the configuration file. */
  readonly config: string;
}

const START_MS = 15_000;
const POLL_MS = 10;
const KEPT_LINES = 5;

/**
 * Starts the process of a server. Resolves when it answers.
 *
 * @throws Error with the end of its log when it ends instead, or stays silent for 15 s
 */
export async function launch(settings: LaunchSettings): Promise<GuardedProcess> {
  const { source, port, folder } = settings;
  const name = `jambus-test-${randomUUID()}`;
  const configFile = join(folder, 'nats.conf');
  const logFile = join(folder, 'nats.log');
  const host = source.kind === 'program' ? '127.0.0.1' : '0.0.0.0'; // Inside a container.
  await writeFile(configFile, configuration({ ...settings, name, host }));
  await writeFile(logFile, '');

  const program =
    source.kind === 'program'
      ? { file: source.file, args: ['-c', configFile] }
      : container(name, source.image, settings);
  const server = await startGuarded({ ...program, logFile, folder });
  const deadline = Date.now() + START_MS;
  while (!(await answers(name, port))) {
    if (server.ending === undefined && Date.now() < deadline) {
      await delay(POLL_MS);
      continue;
    }
    const how = server.ending ?? `no answer after ${START_MS / 1000} s`;
    await server.kill();
    const log = await readFile(logFile, 'utf8');
    throw new Error(`nats-server ${source.version} does not start: ${how}\n${lastLines(log)}`);
  }
  return server;
}

function configuration(server: LaunchSettings & { readonly name: string; readonly host: string }): string {
  return `server_name: ${server.name}
listen: "${server.host}:${server.port}"
jetstream {
  store_dir: ${JSON.stringify(server.storeDir)}
  max_memory_store: 256MB
  max_file_store: 4GB
}
${server.config}
`;
}

/** The same server in a container: same port, same paths, and files of the user who has to remove them. */
function container(name: string, image: string, { port, folder, storeDir }: LaunchSettings) {
  const user = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
  const volumes = [...new Set([folder, storeDir])].flatMap((path) => ['--volume', `${path}:${path}`]);
  const run = ['run', '--rm', '--name', name, '--user', user, '--publish', `127.0.0.1:${port}:${port}`, ...volumes];
  return {
    file: 'docker',
    args: [...run, image, '-c', join(folder, 'nats.conf')],
    killCommand: ['docker', 'rm', '--force', name] as const,
  };
}

/** Whether it is this server that answers there, and not another one which was quicker to take the port. */
function answers(name: string, port: number): Promise<boolean> {
  return serverInfo('127.0.0.1', port).then(
    (info) => info.name === name,
    () => false, // Not yet; if never, its log says why.
  );
}

function lastLines(log: string): string {
  return log.trimEnd().split('\n').slice(-KEPT_LINES).join('\n');
}
