import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { containerCommand } from '../provisioning/docker.ts';
import type { GuardedProcess } from '../provisioning/guarded-process.ts';
import { launchBroker } from '../provisioning/launch-broker.ts';
import type { NatsServerSource } from './nats-server-source.ts';
import { serverInfo } from './server-info.ts';

export interface LaunchSettings {
  readonly source: Exclude<NatsServerSource, { readonly kind: 'running' }>;
  /** Of this server, also when it is started again: its cluster would take it for one more otherwise. */
  readonly name: string;
  readonly port: number;
  /** Of this server alone: configuration and log. */
  readonly folder: string;
  readonly storeDir: string;
  readonly syncAlways: boolean;
  /** More lines for the configuration file. */
  readonly config: string;
}

const START_MS = 15_000;

/**
 * Starts the process of a server. Resolves when it answers.
 *
 * @throws Error with the end of its log when it ends instead, or stays silent for 15 s
 */
export async function launch(settings: LaunchSettings): Promise<GuardedProcess> {
  const { source, name, port, folder, storeDir } = settings;
  const configFile = join(folder, 'nats.conf');
  const logFile = join(folder, 'nats.log');
  const host = source.kind === 'program' ? '127.0.0.1' : '0.0.0.0'; // Inside a container.
  await writeFile(configFile, configuration({ ...settings, host }));

  const program =
    source.kind === 'program'
      ? { file: source.file, args: ['-c', configFile] }
      : containerCommand({
          image: source.image,
          name,
          ports: [port],
          folders: [folder, storeDir],
          args: ['-c', configFile],
        });
  return launchBroker({
    ...program,
    what: `nats-server ${source.version}`,
    logFile,
    folder,
    answers: () => answers(name, port),
    startMs: START_MS,
  });
}

function configuration(server: LaunchSettings & { readonly host: string }): string {
  return `server_name: ${server.name}
listen: "${server.host}:${server.port}"
jetstream {
  store_dir: ${JSON.stringify(server.storeDir)}
  max_memory_store: 256MB
  max_file_store: 4GB
${server.syncAlways ? '  sync_interval: always\n' : ''}}
${server.config}
`;
}

function answers(name: string, port: number): Promise<boolean> {
  return serverInfo('127.0.0.1', port).then(
    (info) => info.name === name,
    () => false, // Not yet; if never, its log says why.
  );
}
