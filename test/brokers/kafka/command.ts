import { randomUUID } from 'node:crypto';
import { containerCommand } from '../provisioning/docker.ts';
import type { LaunchSettings } from './launch.ts';

const TOOLS = {
  serve: { mainClass: 'kafka.Kafka', script: '/opt/kafka/bin/kafka-server-start.sh' },
  storage: { mainClass: 'kafka.tools.StorageTool', script: '/opt/kafka/bin/kafka-storage.sh' },
} as const;

/** For a quick start and a small process. */
const JVM_OPTIONS = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
const LOGGING = [
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  // Says which controller leads the others.
  '-Dorg.slf4j.simpleLogger.log.org.apache.kafka.controller.QuorumController=info',
];

/** How to run a program of Kafka on this broker's files. */
export function command(settings: LaunchSettings, tool: keyof typeof TOOLS, args: readonly string[]) {
  const { source, ports, folder, logDir, environment } = settings;
  const { mainClass, script } = TOOLS[tool];
  if (source.kind === 'program') {
    const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    return {
      file: 'env',
      args: [
        ...variables,
        source.java,
        ...JVM_OPTIONS,
        ...source.jvmOptions,
        ...LOGGING,
        '-cp',
        source.classPath,
        mainClass,
        ...args,
      ],
    };
  }
  return containerCommand({
    image: source.image,
    name: `jambus-test-${randomUUID()}`,
    ports: tool === 'serve' ? [ports.clients, ports.secured] : [],
    folders: [folder, logDir],
    env: { ...environment, LOG_DIR: folder, KAFKA_HEAP_OPTS: JVM_OPTIONS.join(' ') },
    entrypoint: script,
    args,
  });
}
