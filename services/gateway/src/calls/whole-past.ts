import { type CallMemory, emptyMemory, noteDecided } from '@jambus/link';
import type { KnownPast } from './past-search.ts';

/** What adapters know of a call's past, put together. */
export interface WholePast {
  /** Of its last event; 0 when nobody knows of one. */
  readonly epoch: number;
  readonly sequence: number;
  /** When the call began, ms since the epoch; undefined when nobody knows. */
  readonly since: number | undefined;
  readonly memory: CallMemory;
}

/** Puts together what several adapters know. Each may have heard a part: the latest of everything counts. */
export function wholePast(found: readonly KnownPast[]): WholePast {
  const memory = emptyMemory();
  for (const { memory: known } of found) {
    if (known === undefined) continue;
    for (const decided of known.decided) noteDecided(memory.decided, decided);
    memory.ids.push(...known.ids);
    if (known.runs.length > memory.runs.length) memory.runs = known.runs;
    if (known.silent !== undefined) memory.silent = [...(memory.silent ?? []), ...known.silent];
    memory.claimed ||= known.claimed;
    memory.live ||= known.live;
    memory.hooks.push(...known.hooks);
    memory.questions.push(...known.questions);
  }
  const begins = found.map(({ since }) => since).filter((since) => since !== undefined);
  return {
    epoch: Math.max(0, ...found.map(({ epoch }) => epoch)),
    sequence: Math.max(0, ...found.map(({ sequence }) => sequence)),
    since: begins.length === 0 ? undefined : Math.min(...begins),
    memory,
  };
}
