/** What is special about a call. */
export type Kind =
  /** Thousands of tokens of a language model, faster than anybody speaks. */
  | 'flood'
  /** Hundreds of tokens in bursts, as they are spoken. */
  | 'burst'
  /** Hundreds of commands of every kind. */
  | 'many'
  /** Six commands. */
  | 'few'
  /** Its websocket is cut and it stays away. */
  | 'away'
  /** It is hung up while its commands go on. */
  | 'ending'
  /** It reads its websocket with long pauses. */
  | 'slow'
  /** It does not exist. */
  | 'unknown';

export interface CallPlan {
  readonly callSid: string;
  readonly kind: Kind;
  /** Its turn among all calls. */
  readonly number: number;
  /** How fast its commands come, to 1: what one call can have on a broker of one node. */
  readonly pace: number;
  /** When it begins, ms after the load. */
  readonly beginsAt: number;
  /** When jambonz cuts its websocket and when it comes back, ms after its application came. */
  readonly away?: { readonly from: number; readonly to: number };
  /** When it is hung up, ms after its application came. */
  readonly endsAt?: number;
}

/** How long publishers go on for each call, ms. */
export const LOAD_MS = 13_500;
/** The fault comes so long after the load began, ms: commands wait for calls that are away, and hundreds of others have come since. */
export const FAULT_AT_MS = 6_500;
/** Within this time all calls begin, ms. */
const BEGIN_MS = 1_000;

const COUNTS: Readonly<Record<Kind, number>> = {
  flood: 2,
  burst: 4,
  many: 8,
  few: 60,
  away: 24,
  ending: 8,
  slow: 2,
  unknown: 4,
};

/** How much of all calls there are a run has: what a machine can carry together with everything else. */
export interface Load {
  /** Of the whole load, to 1; of each kind there is one at least. */
  readonly share: number;
  /** Kinds of which there is none. */
  readonly without?: readonly Kind[];
  /** How fast the commands of a call come, to 1. One at a time is confirmed, so a call has as many a second as the broker takes. */
  readonly pace?: number;
}

/**
 * The calls of a run.
 *
 * @param name part of their ids, which are new in each run
 */
export function planCalls(name: string, { share, without = [], pace = 1 }: Load): CallPlan[] {
  const kinds = (Object.keys(COUNTS) as Kind[])
    .filter((kind) => !without.includes(kind))
    .flatMap((kind) => Array.from({ length: Math.ceil(COUNTS[kind] * share) }, () => kind));
  return kinds.map((kind, number) => ({
    callSid: `${kind}-${number}-${name}`,
    kind,
    number,
    pace,
    beginsAt: Math.floor((BEGIN_MS * number) / kinds.length),
    ...(kind === 'away' ? { away: { from: 1_500, to: 11_000 } } : {}),
    // Some are over before the fault, some end in it.
    ...(kind === 'ending' ? { endsAt: number % 2 === 0 ? 3_000 : 8_000 } : {}),
  }));
}
