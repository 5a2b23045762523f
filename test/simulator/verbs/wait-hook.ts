import { hookPath } from '../wire/hook-path.ts';
import type { JsonObject } from '../wire/json.ts';
import { parseApplication, type Verb } from './application.ts';
import type { ChildLeg, VerbHost } from './host.ts';
import type { VerbRun } from './verb-run.ts';

/** What may be played to somebody who waits. */
const PLAYABLE: ReadonlySet<string> = new Set(['play', 'say', 'pause']);

/** The music of somebody who waits. */
export interface WaitMusic {
  readonly hook: unknown;
  /** What the hook tells the server. */
  info(): JsonObject;
  /** Who hears it; undefined: the caller. */
  readonly leg?: ChildLeg | undefined;
  /** Verbs that are allowed besides say, play and pause. */
  readonly also?: string;
}

/** How a round of music went. `ended`: nothing more to play. `leave`: the verb of that name came. */
export type Round = 'played' | 'ended' | 'leave';

/**
 * Asks for verbs and plays them. An ack without verbs, none in time, or one with a verb that is not allowed there ends the
 * music: the party goes on waiting in silence. What comes after the wait is over is dropped.
 */
export async function playOnce(waits: () => boolean, run: VerbRun, host: VerbHost, music: WaitMusic): Promise<Round> {
  const answer = await run.unlessKilled(host.ask('verb:hook', music.hook, music.info()));
  if (!answer || !waits()) return 'ended';
  const verbs = answer.ok && answer.data ? allowedVerbs(host, answer.data, music) : [];
  const leave = verbs.findIndex(({ name }) => name === 'leave');
  const toPlay = leave < 0 ? verbs : verbs.slice(0, leave);
  if (toPlay.length > 0) await playUntil(waits, run, host, toPlay, music.leg);
  if (leave >= 0) return 'leave';
  return toPlay.length > 0 ? 'played' : 'ended';
}

/** The same again and again, for as long as the party waits. */
export async function playWhile(waits: () => boolean, run: VerbRun, host: VerbHost, music: WaitMusic): Promise<Round> {
  let round: Round = 'played';
  while (round === 'played' && waits()) round = await playOnce(waits, run, host, music);
  return round;
}

function allowedVerbs(host: VerbHost, data: unknown, { hook, also }: WaitMusic): Verb[] {
  const application = parseApplication(data);
  const what = `ack to the hook ${hookPath(hook)}`;
  if (!application.ok) {
    host.ignored(`${what}: ${application.fault}`);
    return [];
  }
  const wrong = application.verbs.find(({ name }) => !PLAYABLE.has(name) && name !== also);
  if (!wrong) return application.verbs;
  host.ignored(`${what}: ${wrong.name} is not allowed there`);
  return [];
}

/** Plays until it is over, or looks every now and then whether the party still waits. */
async function playUntil(
  waits: () => boolean,
  run: VerbRun,
  host: VerbHost,
  verbs: Verb[],
  leg: ChildLeg | undefined,
): Promise<void> {
  const side = host.play(verbs, leg);
  let done = false;
  const end = side.done.then(() => {
    done = true;
  });
  while (!done && waits()) await Promise.race([end, run.sleep(LOOK_MS)]);
  side.stop();
  await end;
}

const LOOK_MS = 100;
