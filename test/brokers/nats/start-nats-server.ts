import { randomUUID } from 'node:crypto';
import { onFreePort } from '../provisioning/free-port.ts';
import { foreignBroker, ownBroker, type TestBroker } from '../provisioning/test-broker.ts';
import { findNatsServer } from './find-nats-server.ts';
import { launch } from './launch.ts';
import type { NatsVersion } from './nats-version.ts';

export interface NatsServerOptions {
  /** Left out: any. */
  readonly version?: NatsVersion;
  /** More lines for the configuration file. */
  readonly config?: string;
  /** Whether it syncs each write to disk before it confirms it; servers before 2.10 cannot. Left out: no. */
  readonly syncAlways?: boolean;
  /** Where JetStream keeps its files. It is the caller's and stays; left out: a folder that goes with the server. */
  readonly storeDir?: string;
  /** Of 127.0.0.1; left out: a free one. */
  readonly port?: number;
}

/** A NATS server with JetStream. Its log is `nats.log` in its folder. */
export interface NatsServer extends TestBroker {
  readonly url: string;
  /** Such as `2.9.10`. */
  readonly version: string;
  readonly port: number;
}

/**
 * Starts a server in a process of its own, which ends with this one at the latest. Resolves when it answers.
 *
 * @throws Error when there is no such server on this machine; with what it said last when it does not start
 */
export async function startNatsServer(options: NatsServerOptions = {}): Promise<NatsServer> {
  const source = await findNatsServer(options.version);
  if (!source.available) throw new Error(source.line);
  const { version } = source;
  const what = 'NATS server';
  if (source.kind === 'running') {
    const { url, origin } = source;
    const { version: _, ...wishes } = options;
    const broker = foreignBroker(what, origin, wishes);
    return Object.assign(broker, { url, version, port: Number(new URL(url).port || 4222) });
  }
  return onFreePort(options.port, async (port) => {
    const { config = '', syncAlways = false, storeDir } = options;
    const name = `jambus-test-${randomUUID()}`;
    const broker = await ownBroker({
      what,
      label: 'nats',
      launch: (folder) => launch({ source, name, port, folder, storeDir: storeDir ?? folder, syncAlways, config }),
    });
    return Object.assign(broker, { url: `nats://127.0.0.1:${port}`, version, port });
  });
}
