import { randomBytes, randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { containerCommand } from '../provisioning/docker.ts';
import type { GuardedProcess } from '../provisioning/guarded-process.ts';
import { launchBroker } from '../provisioning/launch-broker.ts';
import { runCommand } from '../provisioning/run-command.ts';
import { clusterInfo } from './cluster-info.ts';
import type { KafkaBrokerSource } from './kafka-broker-source.ts';
import { propertiesFile } from './properties.ts';

export interface LaunchSettings {
  readonly source: Exclude<KafkaBrokerSource, { readonly kind: 'running' }>;
  readonly ports: { readonly clients: number; readonly controller: number };
  /** Of this broker alone: configuration and log. */
  readonly folder: string;
  readonly logDir: string;
  /** More of the configuration; they count for more than what is set here. */
  readonly properties: Readonly<Record<string, string>>;
}

const FORMAT_MS = 30_000;
const START_MS = 45_000;

/**
 * Starts the process of a broker that is its own controller (KRaft). Resolves when it answers.
 *
 * @throws Error with the end of its log when it ends instead, or stays silent for 45 s
 */
export async function launch(settings: LaunchSettings): Promise<GuardedProcess> {
  const { source, ports, folder } = settings;
  const configFile = join(folder, 'server.properties');
  await writeFile(configFile, propertiesFile(configuration(settings)));
  const clusterId = (await formattedFor(settings.logDir)) ?? (await format(settings, configFile));
  return launchBroker({
    ...command(settings, 'serve', [configFile]),
    what: `Kafka ${source.version}`,
    logFile: join(folder, 'kafka.log'),
    folder,
    answers: () => answers(clusterId, ports.clients),
    startMs: START_MS,
  });
}

function configuration({ source, ports, logDir, properties }: LaunchSettings): Record<string, string> {
  const host = source.kind === 'program' ? '127.0.0.1' : '0.0.0.0'; // Inside a container.
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${ports.controller}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://${host}:${ports.clients},CONTROLLER://127.0.0.1:${ports.controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${ports.clients}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': logDir,
    'auto.create.topics.enable': 'false',
    // There is no second broker to replicate to, and nobody else to wait for.
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '1',
    'group.initial.rebalance.delay.ms': '0',
    // A broker that was killed is not let in again before its session is over: 9 s if nothing is said.
    'broker.session.timeout.ms': '2000',
    'broker.heartbeat.interval.ms': '250',
    ...properties,
  };
}

/** @returns the id of the cluster that the folder belongs to; undefined while it belongs to none */
async function formattedFor(logDir: string): Promise<string | undefined> {
  const text = await readFile(join(logDir, 'meta.properties'), 'utf8').catch(() => '');
  return /^cluster\.id=(.*)$/m.exec(text)?.[1];
}

async function format(settings: LaunchSettings, configFile: string): Promise<string> {
  const clusterId = randomBytes(16).toString('base64url');
  const args = ['format', `--cluster-id=${clusterId}`, '--config', configFile];
  const formatting = command(settings, 'storage', args);
  await runCommand(formatting.file, formatting.args, { timeoutMs: FORMAT_MS });
  return clusterId;
}

const TOOLS = {
  serve: { mainClass: 'kafka.Kafka', script: '/opt/kafka/bin/kafka-server-start.sh' },
  storage: { mainClass: 'kafka.tools.StorageTool', script: '/opt/kafka/bin/kafka-storage.sh' },
} as const;

/** For a quick start and a small process. */
const JVM_OPTIONS = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
const LOGGING = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'];

function command(settings: LaunchSettings, tool: keyof typeof TOOLS, args: readonly string[]) {
  const { source, ports, folder, logDir } = settings;
  const { mainClass, script } = TOOLS[tool];
  if (source.kind === 'program') {
    return { file: source.java, args: [...JVM_OPTIONS, ...LOGGING, '-cp', source.classPath, mainClass, ...args] };
  }
  return containerCommand({
    image: source.image,
    name: `jambus-test-${randomUUID()}`,
    ports: tool === 'serve' ? [ports.clients] : [],
    folders: [folder, logDir],
    env: { LOG_DIR: folder, KAFKA_HEAP_OPTS: JVM_OPTIONS.join(' ') },
    entrypoint: script,
    args,
  });
}

function answers(clusterId: string, port: number): Promise<boolean> {
  return clusterInfo([`127.0.0.1:${port}`]).then(
    (info) => info.clusterId === clusterId && info.brokerIds.length === 1,
    () => false, // Not yet; if never, its log says why.
  );
}
