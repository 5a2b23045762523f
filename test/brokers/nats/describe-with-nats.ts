import { describeWithBroker } from '../provisioning/describe-with-broker.ts';
import { findNatsServer } from './find-nats-server.ts';
import type { NatsVersion } from './nats-version.ts';
import { type NatsServer, type NatsServerOptions, startNatsServer } from './start-nats-server.ts';

/** What the tests of a suite start their servers with. */
export interface NatsForTests {
  /** False: the server is a running one that is not ours; `config`, `port`, `kill` and `restart` are not to be had. */
  readonly ours: boolean;
  /** Starts a server of the suite's version; with one that is not ours, returns that one each time. */
  start(options?: Omit<NatsServerOptions, 'version'>): Promise<NatsServer>;
}

/**
 * Declares a suite that needs NATS. To be awaited at the top of a test file. Without a server the suite is skipped, with
 * one line on standard error; when `CI` is set it fails instead.
 *
 * @param body declares the tests, synchronously
 */
export async function describeWithNats(
  name: string,
  { version = 'any' }: { readonly version?: NatsVersion },
  body: (nats: NatsForTests) => void,
): Promise<void> {
  const source = await findNatsServer(version);
  const ours = !source.available || source.kind !== 'running';
  describeWithBroker(name, source, () => body({ ours, start: (options) => startNatsServer({ ...options, version }) }));
}
