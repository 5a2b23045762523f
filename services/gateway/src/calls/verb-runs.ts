import type { VerbResult } from '@jambus/link';
import { type JambonzMessage, verbFailure, verbProgress } from '@jambus/schema';

/** What an event says about a verb that a command brought. */
export interface VerbNews {
  /** Id of the command that brought the verb. */
  readonly causation: string | undefined;
  /** A later result of that command, when the event is one. */
  readonly result: VerbResult | undefined;
}

/** One run of a verb, as it travels to another gateway: verb id, id of its command (empty: none of ours), has started. */
export type ListedRun = [verb: string, command: string, started: boolean];

/**
 * Follows the verbs of one call. A verb id names no single verb: most applications use constants, which come again and again.
 * So each time a command brings a verb is a run of its own; `starting` begins the oldest run of that id which waits, and
 * `finished` ends the oldest one that has started (feature-server 0.9.8, seen with two `say` of one id).
 */
export interface VerbRuns {
  /**
   * Notes that `commandId` brought these verbs.
   *
   * @param replaces the verbs that wait are dropped by jambonz, and will not start any more
   * @param silent no later result of the command is wanted
   */
  brought(verbIds: readonly string[], commandId: string, replaces: boolean, silent?: boolean): void;
  /** Takes back what `brought` noted: the command did not reach jambonz. */
  forget(commandId: string): void;
  /** Reads a message of jambonz. */
  observe(message: JambonzMessage): VerbNews;
  /** True between a verb's start and its end. */
  isPlaying(verbId: string): boolean;
  /** Oldest first. */
  list(): ListedRun[];
  /** Of the commands of these runs, the ids of those that no later result is wanted of. */
  silent(): string[];
  /** Takes over what another gateway knew; it comes before what is known here. */
  restore(runs: readonly ListedRun[], silent?: readonly string[]): void;
}

interface Run {
  readonly verb: string;
  readonly command: string;
  readonly silent: boolean;
  started: boolean;
}

const NO_NEWS: VerbNews = { causation: undefined, result: undefined };
/** The command of a verb that no command of ours brought. */
const NOBODY = '';
/** Ids that no command of ours has brought are as long as jambonz says; longer ones are not remembered, characters. */
const LONGEST_STRANGE_ID = 512;

/** @param limit how many runs are remembered */
export function createVerbRuns(limit: number): VerbRuns {
  // Few runs are open at a time, so looking through them costs less than an index would. Built on first use.
  let runs: Run[] | undefined;

  const add = (run: Run): void => {
    runs ??= [];
    runs.push(run);
    if (runs.length > limit) runs.shift();
  };

  const indexOf = (verb: string, started: boolean): number =>
    runs?.findIndex((run) => run.verb === verb && run.started === started) ?? -1;

  const find = (verb: string, started: boolean): Run | undefined => {
    const at = indexOf(verb, started);
    return at === -1 ? undefined : runs?.[at];
  };

  const begin = (verb: string): Run => {
    const waiting = find(verb, false);
    if (waiting !== undefined) {
      waiting.started = true;
      return waiting;
    }
    const run = { verb, command: NOBODY, silent: false, started: true };
    if (verb.length <= LONGEST_STRANGE_ID) add(run);
    return run;
  };

  const end = (verb: string): Run | undefined => {
    // One that waits cannot end, unless its start was not told: verb:status was switched on meanwhile.
    const startedAt = indexOf(verb, true);
    const at = startedAt === -1 ? indexOf(verb, false) : startedAt;
    return at === -1 ? undefined : runs?.splice(at, 1)[0];
  };

  return {
    brought(verbIds, commandId, replaces, silent = false) {
      if (replaces && runs !== undefined) runs = runs.filter(({ started }) => started);
      for (const verb of verbIds) add({ verb, command: commandId, silent, started: false });
    },
    forget(commandId) {
      runs = runs?.filter(({ command, started }) => started || command !== commandId);
    },
    observe(message) {
      const failure = verbFailure(message);
      if (failure !== undefined) {
        // The run goes on until its `finished`, which follows.
        const run = find(failure.verbId, true) ?? find(failure.verbId, false);
        return newsOf(run, 'failed', failure.detail);
      }
      const progress = verbProgress(message);
      if (progress === undefined) return runs === undefined ? NO_NEWS : aboutOpenRun(message, find);
      const run = progress.state === 'started' ? begin(progress.verbId) : end(progress.verbId);
      return newsOf(run, progress.state, undefined);
    },
    isPlaying: (verbId) => find(verbId, true) !== undefined,
    list: () => (runs ?? []).map(({ verb, command, started }) => [verb, command, started]),
    silent: () => [...new Set((runs ?? []).filter(({ silent }) => silent).map(({ command }) => command))],
    restore(listed, silent = []) {
      const earlier = listed.map(([verb, command, started]) => ({
        verb,
        command,
        silent: silent.includes(command),
        started,
      }));
      if (earlier.length > 0) runs = [...earlier, ...(runs ?? [])].slice(-limit);
    },
  };
}

/** Steps within a verb, and its hooks. `verb:status` names its verb `id`, hooks of a verb name it `verb_id`. */
function aboutOpenRun(message: JambonzMessage, find: (verb: string, started: boolean) => Run | undefined): VerbNews {
  const { id, verb_id } = message.data;
  const verb = message.type === 'verb:status' ? id : verb_id;
  return typeof verb === 'string' ? newsOf(find(verb, true) ?? find(verb, false), undefined, undefined) : NO_NEWS;
}

function newsOf(run: Run | undefined, status: VerbResult['status'] | undefined, detail: string | undefined): VerbNews {
  if (run === undefined || run.command === NOBODY) return NO_NEWS;
  const { command, verb, silent } = run;
  if (status === undefined || silent) return { causation: command, result: undefined };
  const result: VerbResult = { command, verb, status };
  if (detail !== undefined) result.detail = detail;
  return { causation: command, result };
}
