import { type JambonzMessage, type VerbResult, verbFailure, verbProgress } from '@jambus/schema';

/** What an event says about a verb that a command brought. */
export interface VerbNews {
  /** Id of the command that brought the verb. */
  readonly causation: string | undefined;
  /** A later result of that command, when the event is one. */
  readonly result: VerbResult | undefined;
}

const NO_NEWS: VerbNews = { causation: undefined, result: undefined };

/** Follows the verbs of one call by their ids: which command brought them, and which of them run now. */
export interface VerbTracker {
  /** Notes that `commandId` brought these verbs. */
  brought(verbIds: readonly string[], commandId: string): void;
  /** Reads a message of jambonz. */
  observe(message: JambonzMessage): VerbNews;
  /** True between a verb's start and its end. */
  isPlaying(verbId: string): boolean;
  /** `[verb id, command id]` pairs, oldest first. */
  causes(): [string, string][];
  playing(): string[];
  /** Takes over what another gateway knew. */
  restore(causes: readonly (readonly [string, string])[], playing: readonly string[]): void;
}

/** @param limit how many verb ids are remembered */
export function createVerbTracker(limit: number): VerbTracker {
  let causes: Map<string, string> | undefined;
  let running: Set<string> | undefined;

  const remember = (verbId: string, commandId: string): void => {
    causes ??= new Map();
    causes.delete(verbId);
    causes.set(verbId, commandId);
    if (causes.size > limit) causes.delete(causes.keys().next().value as string);
  };

  const started = (verbId: string): void => {
    running ??= new Set();
    running.add(verbId);
    if (running.size > limit) running.delete(running.keys().next().value as string);
  };

  return {
    brought(verbIds, commandId) {
      for (const verbId of verbIds) remember(verbId, commandId);
    },
    observe(message) {
      if (message.type === 'verb:status') {
        const progress = verbProgress(message);
        if (progress !== undefined) {
          if (progress.state === 'started') started(progress.verbId);
          else running?.delete(progress.verbId);
        }
        return news(causes, verbIdOf(message), progress?.state, undefined);
      }
      const failure = verbFailure(message);
      if (failure !== undefined) return news(causes, failure.verbId, 'failed', failure.detail);
      return causes === undefined ? NO_NEWS : news(causes, verbIdOf(message), undefined, undefined);
    },
    isPlaying: (verbId) => running?.has(verbId) ?? false,
    causes: () => [...(causes ?? [])],
    playing: () => [...(running ?? [])],
    restore(pairs, playing) {
      for (const [verbId, commandId] of pairs) if (causes?.has(verbId) !== true) remember(verbId, commandId);
      for (const verbId of playing) started(verbId);
    },
  };
}

/** `verb:status` names its verb `id`, hooks of a verb name it `verb_id`. */
function verbIdOf(message: JambonzMessage): string | undefined {
  const data = message.data as { id?: unknown; verb_id?: unknown } | undefined;
  const id = message.type === 'verb:status' ? data?.id : data?.verb_id;
  return typeof id === 'string' ? id : undefined;
}

function news(
  causes: ReadonlyMap<string, string> | undefined,
  verbId: string | undefined,
  status: VerbResult['status'] | undefined,
  detail: string | undefined,
): VerbNews {
  const command = verbId === undefined ? undefined : causes?.get(verbId);
  if (verbId === undefined || command === undefined) return NO_NEWS;
  if (status === undefined) return { causation: command, result: undefined };
  return {
    causation: command,
    result: { command, verb: verbId, status, ...(detail === undefined ? {} : { detail: detail.slice(0, 500) }) },
  };
}
