import type { CallSocket, ConfirmedCommand, History, Saying, StoredCommand, Write } from '../history/history.ts';
import { CommandFinder, type Reference } from './find-command.ts';
import { groupBy } from './group-by.ts';
import { isTerminal, type ResultCopy, readResult } from './result-copy.ts';
import type { Tolerances } from './tolerances.ts';

/** A command and all that became of it. */
export interface Story {
  readonly command: StoredCommand;
  readonly confirmed: ConfirmedCommand | undefined;
  readonly writes: Write[];
  /** In channel order, those that are kept first. */
  readonly terminal: ResultCopy[];
  /** `started`, `finished`, `failed`. */
  readonly later: ResultCopy[];
}

/** A call and all that was about it. */
export interface CallStory {
  readonly callSid: string;
  /** None: nobody ever made such a call. */
  readonly sockets: readonly CallSocket[];
  readonly sayings: readonly Saying[];
  /** In the order of the broker. */
  readonly commands: readonly Story[];
  /** When jambonz said that it is over. */
  readonly endedAt: number | undefined;
}

/** A history with everything beside what it belongs to. */
export interface Case {
  readonly history: History;
  readonly tolerances: Tolerances;
  readonly stories: readonly Story[];
  readonly calls: ReadonlyMap<string, CallStory>;
  /** By their markers. */
  readonly byMarker: ReadonlyMap<string, readonly Story[]>;
  /** Results that belong to nothing. */
  readonly strays: readonly ResultCopy[];
}

const NOTHING: readonly never[] = [];

export function prepareCase(history: History, tolerances: Tolerances): Case {
  const confirmed = new Map(history.confirmed.map((command) => [command.marker, command]));
  const stories = history.stored.toSorted(byPlace).map(
    (command): Story => ({
      command,
      confirmed: confirmed.get(command.marker),
      writes: [],
      terminal: [],
      later: [],
    }),
  );
  const strays = attachResults(history, stories);
  const byMarker = groupBy(stories, ({ command }) => command.marker);
  attachWrites(history, byMarker);
  return { history, tolerances, stories, byMarker, strays, calls: callsOf(history, stories) };
}

/** What its publisher sent twice is in the broker twice, under one marker: then each that is delivered has a write. */
function attachWrites({ writes }: History, byMarker: ReadonlyMap<string, readonly Story[]>): void {
  for (const write of writes) {
    const same = byMarker.get(write.marker) ?? NOTHING;
    const delivered = same.filter(({ terminal }) => terminal.some(({ status }) => status === 'delivered'));
    const story = delivered.find((one) => one.writes.length === 0) ?? delivered.at(-1) ?? same[0];
    story?.writes.push(write);
  }
}

function attachResults({ stored, results }: History, stories: readonly Story[]): ResultCopy[] {
  const copies = [
    ...results.stored.map((copy) => readResult(copy, false)),
    ...results.seen.map((copy) => readResult(copy, true)),
  ];
  const finder = new CommandFinder(stored.toSorted(byPlace));
  finder.learn(copies.filter(isTerminal).map(referenceOf));
  const byCommand = new Map(stories.map((story) => [story.command, story]));
  const strays: ResultCopy[] = [];
  for (const copy of copies) {
    const command = finder.find(referenceOf(copy));
    const story = command && byCommand.get(command);
    if (story === undefined) strays.push(copy);
    else if (isTerminal(copy)) story.terminal.push(copy);
    else story.later.push(copy);
  }
  return strays;
}

function referenceOf(result: ResultCopy): Reference {
  const { callSid, commandId, id, copy } = result;
  return { callSid, commandId, at: copy.at, ...(isTerminal(result) ? { resultId: id } : {}) };
}

function callsOf(history: History, stories: readonly Story[]): Map<string, CallStory> {
  const sockets = groupBy(history.sockets, ({ callSid }) => callSid);
  const sayings = groupBy(history.sayings, ({ callSid }) => callSid);
  const commands = groupBy(stories, ({ command }) => command.callSid);
  const calls = new Map<string, CallStory>();
  for (const callSid of new Set([...sockets.keys(), ...commands.keys()])) {
    const said = sayings.get(callSid) ?? NOTHING;
    calls.set(callSid, {
      callSid,
      sockets: sockets.get(callSid) ?? NOTHING,
      sayings: said,
      commands: commands.get(callSid) ?? NOTHING,
      endedAt: said.find(({ type }) => type === 'call:status completed')?.at,
    });
  }
  return calls;
}

/** Of one partition, the order of the broker. */
export function byPlace({ place: a }: StoredCommand, { place: b }: StoredCommand): number {
  return a.log - b.log || a.partition - b.partition || a.offset - b.offset;
}
