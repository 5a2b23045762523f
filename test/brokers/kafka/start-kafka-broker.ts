import { join } from 'node:path';
import { certificateOf } from '../provisioning/certificate.ts';
import { freePort, onFreePort } from '../provisioning/free-port.ts';
import { foreignBroker, ownBroker, type TestBroker } from '../provisioning/test-broker.ts';
import type { ClusterMember } from './cluster-member.ts';
import { findKafkaBroker } from './find-kafka-broker.ts';
import type { KafkaVersion } from './kafka-version.ts';
import { launch } from './launch.ts';
import type { KafkaSecurity, SecuredListener } from './security.ts';

export interface KafkaBrokerOptions {
  /** Left out: any. */
  readonly version?: KafkaVersion;
  /** More of the broker's configuration (`server.properties`); topics are not created by themselves unless told here. */
  readonly properties?: Readonly<Record<string, string>>;
  /** More of the environment of its process, which properties may refer to. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Adds a second listener, which asks for it. */
  readonly security?: KafkaSecurity;
  /** Where the broker keeps its data. It is the caller's and stays; left out: a folder that goes with the broker. */
  readonly logDir?: string;
  /** Of 127.0.0.1; left out: a free one. */
  readonly port?: number;
  /** Its place in a cluster of several; left out: it is a cluster of its own. */
  readonly member?: ClusterMember;
}

/** A Kafka broker, which mostly is a cluster of its own. Its log is `kafka.log` in its folder. */
export interface KafkaBroker extends TestBroker {
  /** As `host:port`, without TLS or a login. */
  readonly brokers: readonly string[];
  /** Such as `3.9.2`; of a broker that is not ours as much of it as is known, such as `4`. */
  readonly version: string;
  /** Of the first broker. */
  readonly port: number;
  /** Undefined unless `security` was asked for. */
  readonly secured: SecuredListener | undefined;
}

/**
 * Starts a broker in a process of its own, which ends with this one at the latest. Resolves when it answers.
 *
 * @throws Error when there is no such broker on this machine; with what it said last when it does not start
 */
export async function startKafkaBroker(options: KafkaBrokerOptions = {}): Promise<KafkaBroker> {
  const source = await findKafkaBroker(options.version);
  if (!source.available) throw new Error(source.line);
  const { version } = source;
  const what = 'Kafka broker';
  if (source.kind === 'running') {
    const { brokers, origin } = source;
    const { version: _, member: __, ...wishes } = options;
    const port = Number(brokers[0]?.split(':').at(-1));
    return Object.assign(foreignBroker(what, origin, wishes), { brokers, version, port, secured: undefined });
  }
  return onFreePort(options.port, async (port) => {
    const { properties = {}, environment = {}, security, logDir, member } = options;
    const [secured, controller] = [await freePort(), member?.controllerPort ?? (await freePort())];
    const ports = { clients: port, secured, controller };
    const broker = await ownBroker({
      what,
      label: 'kafka',
      launch: (folder) =>
        launch({
          source,
          ports,
          member,
          folder,
          logDir: logDir ?? join(folder, 'data'),
          security,
          properties,
          environment,
        }),
    });
    return Object.assign(broker, {
      brokers: [`127.0.0.1:${port}`],
      version,
      port,
      secured: security && {
        brokers: [`127.0.0.1:${secured}`],
        ca: security.tls === true ? await certificateOf(broker.folder) : undefined,
      },
    });
  });
}
