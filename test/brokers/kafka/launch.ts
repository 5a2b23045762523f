import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeCertificate } from '../provisioning/certificate.ts';
import type { GuardedProcess } from '../provisioning/guarded-process.ts';
import { launchBroker } from '../provisioning/launch-broker.ts';
import { reasonOf } from '../provisioning/reason-of.ts';
import { runCommand } from '../provisioning/run-command.ts';
import { clusterInfo } from './cluster-info.ts';
import type { ClusterMember } from './cluster-member.ts';
import { command } from './command.ts';
import { configuration, propertiesFile } from './configuration.ts';
import type { KafkaBrokerSource } from './kafka-broker-source.ts';
import { type KafkaSecurity, scramArguments } from './security.ts';

export interface LaunchSettings {
  readonly source: Exclude<KafkaBrokerSource, { readonly kind: 'running' }>;
  readonly ports: { readonly clients: number; readonly secured: number; readonly controller: number };
  /** Left out: it is a cluster of its own. */
  readonly member: ClusterMember | undefined;
  /** Of this broker alone: configuration and log. */
  readonly folder: string;
  readonly logDir: string;
  /** Left out: there is no second listener. */
  readonly security: KafkaSecurity | undefined;
  /** More of the configuration; they count for more than what is set here. */
  readonly properties: Readonly<Record<string, string>>;
  /** Of its process. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Of Java about an exception, without its name, or of the tool itself. */
const COMPLAINT = /^(?:Exception in thread "main" \S+: |(?=Error ))(.+)/m;
const FORMAT_MS = 30_000;
const START_MS = 45_000;

/**
 * Starts the process of a broker that is its own controller (KRaft). Resolves when it answers.
 *
 * @throws Error with the end of its log when it ends instead, or stays silent for 45 s
 */
export async function launch(settings: LaunchSettings): Promise<GuardedProcess> {
  const { source, ports, folder, logDir } = settings;
  const configFile = join(folder, 'server.properties');
  await mkdir(logDir, { recursive: true }); // Docker would make it, and keep it for root.
  if (settings.security?.tls === true) await makeCertificate(folder);
  await writeFile(configFile, propertiesFile(configuration(settings)));
  const clusterId = (await formattedFor(logDir)) ?? (await format(settings, configFile));
  return launchBroker({
    ...command(settings, 'serve', [configFile]),
    what: `Kafka ${source.version}`,
    logFile: join(folder, 'kafka.log'),
    folder,
    answers: () => answers(clusterId, settings.member?.nodeId ?? 1, ports.clients),
    startMs: START_MS,
  });
}

/** @returns the id of the cluster that the folder belongs to; undefined while it belongs to none */
async function formattedFor(logDir: string): Promise<string | undefined> {
  const text = await readFile(join(logDir, 'meta.properties'), 'utf8').catch(() => '');
  return /^cluster\.id=(.*)$/m.exec(text)?.[1];
}

/** @returns the id of the cluster that it now belongs to */
async function format(settings: LaunchSettings, configFile: string): Promise<string> {
  const clusterId = settings.member?.clusterId ?? randomBytes(16).toString('base64url');
  const args = [
    'format',
    `--cluster-id=${clusterId}`,
    '--config',
    configFile,
    ...scramArguments(settings.security ?? {}),
  ];
  const formatting = command(settings, 'storage', args);
  try {
    await runCommand(formatting.file, formatting.args, { timeoutMs: FORMAT_MS, complaint: COMPLAINT });
  } catch (error) {
    throw new Error(`Kafka ${settings.source.version} does not start: ${reasonOf(error)}`, { cause: error });
  }
  return clusterId;
}

function answers(clusterId: string, nodeId: number, port: number): Promise<boolean> {
  return clusterInfo([`127.0.0.1:${port}`]).then(
    (info) => info.clusterId === clusterId && info.brokerIds.includes(nodeId),
    () => false, // Not yet; if never, its log says why.
  );
}
