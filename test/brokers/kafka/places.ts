import { join } from 'node:path';
import { cached, cacheRoot, repositoryRoot } from '../provisioning/cached.ts';
import { pullImage } from '../provisioning/docker.ts';
import { reasonOf } from '../provisioning/reason-of.ts';
import { runCommand } from '../provisioning/run-command.ts';
import { archiveClasses, useClasses } from './class-archive.ts';
import { clusterVersion } from './cluster-info.ts';
import type { JavaSource, KafkaBrokerSource } from './kafka-broker-source.ts';
import type { KafkaVersion } from './kafka-version.ts';

export const BROKERS_SETTING = 'JAMBUS_TEST_KAFKA_BROKERS';

/** The newest releases at the time of writing. */
const NEWEST = '4.4.0';
const NEWEST_3 = '3.9.2';

/** What Kafka 4 runs on. */
const OLDEST_JAVA = 17;

const MACHINE = `${process.platform}-${process.arch}`;

/** The third makes it ask again for what it could not get the last time. */
const MAVEN_OPTIONS = ['--quiet', '--batch-mode', '--update-snapshots', '-Dstyle.color=never'];

const QUICK_MS = 20_000;
const DOWNLOAD_MS = 300_000;

/**
 * The brokers that the environment names, `host:port` with commas between, reached without TLS or a login; undefined when
 * it names none.
 *
 * @throws Error when it names some that are of no use: somebody means to test with just those
 */
export async function givenBroker(): Promise<KafkaBrokerSource | undefined> {
  const setting = process.env[BROKERS_SETTING] ?? '';
  if (setting === '') return undefined;
  const brokers = setting.split(',').map((broker) => broker.trim());
  try {
    const version = await clusterVersion(brokers);
    return { available: true, kind: 'running', brokers, version, origin: BROKERS_SETTING };
  } catch (error) {
    throw new Error(`${BROKERS_SETTING}=${setting} is of no use: ${reasonOf(error)}`, { cause: error });
  }
}

/** Apache Kafka as it is published, less its shell scripts. */
export async function fromMaven(wanted: KafkaVersion): Promise<KafkaBrokerSource> {
  const java = await findJava();
  const version = pinned(wanted);
  const folder = await cached(cacheRoot(), `kafka-${version}`, async (into) => {
    const pom = join(repositoryRoot(), 'test', 'brokers', 'kafka', 'pom.xml');
    const what = ['dependency:copy-dependencies', `-DoutputDirectory=${into}`, `-Dkafka.version=${version}`];
    await runCommand('mvn', [...MAVEN_OPTIONS, '--file', pom, ...what], {
      timeoutMs: DOWNLOAD_MS,
      complaint: /\[ERROR\] (.+?)(?: -> \[Help|$)/m,
    });
  });
  const origin = `from Maven, with Java ${java.version}`;
  const classPath = join(folder, '*');
  const slow: JavaSource = {
    available: true,
    kind: 'program',
    java: java.file,
    jvmOptions: [],
    classPath,
    version,
    origin,
  };
  const archive = await cached(cacheRoot(), `kafka-${version}-java-${java.version}-${MACHINE}`, (into) =>
    archiveClasses(slow, into),
  );
  return { ...slow, jvmOptions: useClasses(archive) };
}

export async function dockerImage(wanted: KafkaVersion): Promise<KafkaBrokerSource> {
  const version = pinned(wanted);
  const image = `apache/kafka:${version}`;
  await pullImage(image);
  return { available: true, kind: 'image', image, version, origin: `Docker image ${image}` };
}

function pinned(wanted: KafkaVersion): string {
  return wanted === '3' ? NEWEST_3 : NEWEST;
}

/** @throws Error when there is none, or only an old one */
async function findJava(): Promise<{ readonly file: string; readonly version: string }> {
  const home = process.env['JAVA_HOME'] ?? '';
  const file = home === '' ? 'java' : join(home, 'bin', 'java');
  const answer = await runCommand(file, ['--version'], { timeoutMs: QUICK_MS });
  const version = /^\S+ (\S+)/.exec(answer)?.[1] ?? 'unknown';
  if (!(Number.parseInt(version, 10) >= OLDEST_JAVA))
    throw new Error(`Kafka runs on Java ${OLDEST_JAVA} or newer, this is ${version}`);
  return { file, version };
}
