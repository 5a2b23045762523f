import type { Unavailable } from './availability.ts';
import { reasonOf } from './reason-of.ts';

/** What a broker can be started from, or one that is running already. */
export interface BrokerSource {
  readonly available: true;
  /** Such as `2.9.10`. */
  readonly version: string;
  /** For people: where it was found. */
  readonly origin: string;
}

/**
 * A place where a broker may be had.
 *
 * @returns what is there, whatever its version
 * @throws Error that says in one line why there is nothing
 */
export type Place<Version, Source> = (wanted: Version) => Promise<Source>;

/** One kind of broker, and how to come by it. */
export interface BrokerKind<Version extends string, Source extends BrokerSource> {
  /** For people, such as `nats-server`. */
  readonly name: string;
  /** For people: what of it is wanted, such as `nats-server 2.9`. */
  readonly describe: (wanted: Version) => string;
  /** For people without one: how to get one. */
  readonly remedy: string;
  readonly isWanted: (wanted: Version, version: string) => boolean;
  /** The one that the environment names. @throws Error when that is of no use */
  readonly given: () => Promise<Source | undefined>;
  /** In the order in which they are asked: what costs least comes first. */
  readonly places: Readonly<Record<Version, readonly Place<Version, Source>[]>>;
}

/**
 * Makes the function that finds brokers of a kind: the one that the environment names, otherwise the first of the places
 * that has what is wanted. It says on standard error which one it took, and looks only once for each version.
 */
export function brokerFinder<Version extends string, Source extends BrokerSource>(
  kind: BrokerKind<Version, Source>,
): (wanted: Version) => Promise<Source | Unavailable> {
  const found = new Map<Version, Promise<Source | Unavailable>>();
  const givenOrFound = async (wanted: Version) => {
    const given = await kind.given();
    const isGiven = given !== undefined && kind.isWanted(wanted, given.version);
    const source = isGiven ? given : await lookFor(kind, wanted);
    if (source.available) process.stderr.write(`${kind.name} ${source.version}, ${source.origin}\n`);
    return source;
  };
  return (wanted) => {
    const known = found.get(wanted);
    if (known !== undefined) return known;
    const looking = givenOrFound(wanted);
    found.set(wanted, looking);
    return looking;
  };
}

/** The first of the places that has what is wanted. */
export async function lookFor<Version extends string, Source extends BrokerSource>(
  kind: Omit<BrokerKind<Version, Source>, 'given'>,
  wanted: Version,
): Promise<Source | Unavailable> {
  const reasons: string[] = [];
  for (const place of kind.places[wanted]) {
    try {
      const source = await place(wanted);
      if (kind.isWanted(wanted, source.version)) return source;
      reasons.push(`${source.origin} it is ${source.version}`);
    } catch (error) {
      reasons.push(reasonOf(error).replaceAll('\n', ' '));
    }
  }
  return { available: false, line: `no ${kind.describe(wanted)} (${reasons.join('; ')}); ${kind.remedy}` };
}
