import type { Unavailable } from '../provisioning/availability.ts';
import { type BrokerKind, brokerFinder } from '../provisioning/find-broker.ts';
import type { NatsServerSource } from './nats-server-source.ts';
import { isWanted, type NatsVersion } from './nats-version.ts';
import { builtWithGo, debianPackage, dockerImage, givenServer, programOnPath, URL_SETTING } from './places.ts';

const WHICH: Readonly<Record<NatsVersion, string>> = { any: '', newest: ' 2.10 or newer', '2.9': ' 2.9' };

export const NATS_SERVERS: BrokerKind<NatsVersion, NatsServerSource> = {
  name: 'nats-server',
  describe: (wanted) => `nats-server${WHICH[wanted]}`,
  remedy: `put one on the PATH, install Go, or set ${URL_SETTING}`,
  isWanted,
  given: givenServer,
  places: {
    any: [programOnPath, builtWithGo, debianPackage, dockerImage],
    newest: [programOnPath, builtWithGo, debianPackage, dockerImage],
    // Debian 12 has just the server that is asked for here.
    '2.9': [debianPackage, programOnPath, builtWithGo, dockerImage],
  },
};

const find = brokerFinder(NATS_SERVERS);

/**
 * Finds a NATS server for tests, or makes one: the one named by JAMBUS_TEST_NATS_URL, then `nats-server` on the PATH,
 * then built with Go, from Debian's package, as a Docker image. Downloading and building happens once, into `.cache`.
 * Says on standard error which one it took.
 *
 * @throws Error when JAMBUS_TEST_NATS_URL is set and of no use
 */
export function findNatsServer(wanted: NatsVersion = 'any'): Promise<NatsServerSource | Unavailable> {
  return find(wanted);
}
