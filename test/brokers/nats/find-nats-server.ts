import type { Unavailable } from '../provisioning/availability.ts';
import { reasonOf } from '../provisioning/reason-of.ts';
import type { NatsServerSource } from './nats-server-source.ts';
import { isWanted, type NatsVersion } from './nats-version.ts';
import {
  builtWithGo,
  debianPackage,
  dockerImage,
  givenServer,
  type Place,
  programOnPath,
  URL_SETTING,
} from './places.ts';

/** What costs least comes first. Debian 12 has just the server that `2.9` asks for. */
const PLACES: Readonly<Record<NatsVersion, readonly Place[]>> = {
  any: [programOnPath, builtWithGo, debianPackage, dockerImage],
  newest: [programOnPath, builtWithGo, debianPackage, dockerImage],
  '2.9': [debianPackage, programOnPath, builtWithGo, dockerImage],
};

const found = new Map<NatsVersion, Promise<NatsServerSource | Unavailable>>();

/**
 * Finds a NATS server for tests, or makes one: the one named by JAMBUS_TEST_NATS_URL, then `nats-server` on the PATH,
 * then built with Go, from Debian's package, as a Docker image. Downloading and building happens once, into `.cache`.
 * Says on standard error which one it took.
 *
 * @throws Error when JAMBUS_TEST_NATS_URL is set and of no use
 */
export function findNatsServer(wanted: NatsVersion = 'any'): Promise<NatsServerSource | Unavailable> {
  const known = found.get(wanted);
  if (known !== undefined) return known;
  const looking = givenOrFound(wanted);
  found.set(wanted, looking);
  return looking;
}

async function givenOrFound(wanted: NatsVersion): Promise<NatsServerSource | Unavailable> {
  const given = await givenServer();
  const isGiven = given !== undefined && isWanted(wanted, given.version);
  const source = isGiven ? given : await lookFor(wanted, PLACES[wanted]);
  if (source.available) process.stderr.write(`nats-server ${source.version}, ${source.origin}\n`);
  return source;
}

/** The first of the places that has what is wanted. */
export async function lookFor(wanted: NatsVersion, places: readonly Place[]): Promise<NatsServerSource | Unavailable> {
  const reasons: string[] = [];
  for (const place of places) {
    try {
      const source = await place(wanted);
      if (isWanted(wanted, source.version)) return source;
      reasons.push(`${source.origin} it is ${source.version}`);
    } catch (error) {
      reasons.push(reasonOf(error));
    }
  }
  const which = wanted === 'any' ? '' : wanted === '2.9' ? ' 2.9' : ' 2.10 or newer';
  const line = `no nats-server${which} (${reasons.join('; ')}); put one on the PATH, install Go, or set ${URL_SETTING}`;
  return { available: false, line };
}
